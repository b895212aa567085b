package tfvars

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

const module = "../terraform"

func variables(t *testing.T, p *spec.Platform) string {
	t.Helper()
	v, err := Of(p)
	if err != nil {
		t.Fatal(err)
	}
	content, err := v.Write()
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestTheCommittedFileIsThatOfTheReference: `terraform plan` in infra/terraform reads it.
func TestTheCommittedFileIsThatOfTheReference(t *testing.T) {
	committed, err := os.ReadFile(filepath.Join(module, File))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(variables(t, todo.Must().Platform), string(committed)); diff != "" {
		t.Errorf("infra/terraform/%s is not what spec/todo says; `go generate ./infra/tfvars` writes it anew: (-want +got)\n%s", File, diff)
	}
}

// TestWhatTheSpecificationSaysHasNoSecondCopy finds variables of the specification that
// have a default, and names of the reference in the configuration.
func TestWhatTheSpecificationSaysHasNoSecondCopy(t *testing.T) {
	v, err := Of(todo.Must().Platform)
	if err != nil {
		t.Fatal(err)
	}
	byName, err := v.Map()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(module, "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	declared := map[string]bool{}
	block := regexp.MustCompile(`(?ms)^variable "(\w+)" \{\n(.*?)^\}`)
	named := regexp.MustCompile(`"todo[^"]*"`)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range block.FindAllStringSubmatch(string(content), -1) {
			declared[found[1]] = true
			if _, ok := byName[found[1]]; ok && regexp.MustCompile(`(?m)^  default\b`).MatchString(found[2]) {
				t.Errorf("%s: %s has a default beside the specification's value", file, found[1])
			}
		}
		for line := range strings.Lines(string(content)) {
			if strings.HasPrefix(line, "resource ") || strings.HasPrefix(line, "data ") {
				continue // addresses, which nobody sees in the cloud
			}
			if name := named.FindString(line); name != "" {
				t.Errorf("%s: %s is a name of the reference", file, name)
			}
		}
	}
	for name := range byName {
		if !declared[name] {
			t.Errorf("the configuration has no variable %s", name)
		}
	}
}

// copied is the reference platform with one change.
func copied(t *testing.T, change func(*spec.Platform)) *spec.Platform {
	t.Helper()
	s, err := todo.Load()
	if err != nil {
		t.Fatal(err)
	}
	change(s.Platform)
	return s.Platform
}

// TestOneValueChangesItsVariableAlone changes one value of each table of OCI.
func TestOneValueChangesItsVariableAlone(t *testing.T) {
	reference := strings.Split(variables(t, todo.Must().Platform), "\n")
	for want, change := range map[string]func(*spec.Platform){
		`  "vcn_name": "x",`:            func(p *spec.Platform) { p.OCI.VCN.Name = "x" },
		`  "vcn_dns_label": "x",`:       func(p *spec.Platform) { p.OCI.VCN.DNSLabel = "x" },
		`  "private_subnet_name": "x",`: func(p *spec.Platform) { p.OCI.Subnets[1].Name = "x" },
		`  "nat_gateway_name": "x",`:    func(p *spec.Platform) { p.OCI.Gateways[1].Name = "x" },
		`      "port_min": 8443,`:       func(p *spec.Platform) { p.OCI.SecurityRules[0].PortMin = 8443 },
		`  "kubernetes_version": "9",`:  func(p *spec.Platform) { p.OCI.OKECluster.KubernetesVersion = "9" },
		`  "node_memory_gb": 9,`:        func(p *spec.Platform) { p.OCI.NodePool.MemoryGB = 9 },
		`  "node_pool_max_size": 9,`:    func(p *spec.Platform) { p.OCI.NodePool.MaxSize = 9 },
		`  "adb_workload": "DW",`:       func(p *spec.Platform) { p.OCI.AutonomousDatabase.Workload = "DW" },
	} {
		var differing []string
		for i, line := range strings.Split(variables(t, copied(t, change)), "\n") {
			if line != reference[i] {
				differing = append(differing, line)
			}
		}
		if !slices.Equal(differing, []string{want}) {
			t.Errorf("lines that differ: %q, want %q", differing, want)
		}
	}
}

func TestWhatTheConfigurationCannotMakeIsRefusedByName(t *testing.T) {
	_, err := Of(copied(t, func(p *spec.Platform) {
		p.OCI.OKECluster.Type = "ENHANCED_CLUSTER"
		p.OCI.Gateways = p.OCI.Gateways[:2]
		p.OCI.Subnets[1].DefaultRoute = spec.InternetGateway
	}))
	for _, want := range []string{"oci.okeCluster.type", "ENHANCED_CLUSTER", "kind service", "oci.subnets[private].defaultRoute"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %s", err, want)
		}
	}
}
