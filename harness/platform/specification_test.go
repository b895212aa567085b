package platform

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo"
	"assay.dev/assay/spec/todo/todotest"
)

// specified returns the platform of a copy of the reference specification whose
// platform.yaml has another text.
func specified(t *testing.T, old, new string) *Platform {
	t.Helper()
	changed, err := source.Open(todotest.Copy(t, old, new))
	if err != nil {
		t.Fatal(err)
	}
	p := newPlatform(t)
	p.Spec = changed
	return p
}

const retention = "{name: reminders, partitions: 1, replicas: 1, retention: 168h"

func TestTheChosenSpecificationIsDeployed(t *testing.T) {
	p := specified(t, retention, strings.Replace(retention, "168h", "24h", 1))
	path, err := p.writePlatform()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(content, []byte("retention: 24h")) {
		t.Errorf("helmfile gets %q (%v), not the platform.yaml of the specification", content, err)
	}
}

// TestAnotherSpecificationIsAnotherPlatform: what is up is deployed again when a value of
// the specification has changed.
func TestAnotherSpecificationIsAnotherPlatform(t *testing.T) {
	sums := map[string]bool{}
	for _, p := range []*Platform{newPlatform(t), specified(t, retention, strings.Replace(retention, "168h", "24h", 1))} {
		sum, err := p.inputs(Public)
		if err != nil {
			t.Fatal(err)
		}
		sums[sum] = true
	}
	if len(sums) != 2 {
		t.Errorf("two specifications have the inputs %v", sums)
	}
}

// TestHermeticModeNamesImagesThatNobodyMakes: where nothing is pulled, each deployment
// needs a package.
func TestHermeticModeNamesImagesThatNobodyMakes(t *testing.T) {
	p := specified(t, "    build: ./workloads/audit-worker\n", "")
	p.repo = "../.."
	if _, err := p.newRun(t.Context(), Hermetic); err == nil || !strings.Contains(err.Error(), "assay.dev/workloads/audit-worker:dev") {
		t.Errorf("got %v, want an error that names the image", err)
	}
}

// TestTheClusterHasTheRangesAndTheNodesOfTheSpecification: the machine is larger than
// the nodes that it stands for.
func TestTheClusterHasTheRangesAndTheNodesOfTheSpecification(t *testing.T) {
	oci := todo.Must().OCI
	machine := host.Info{NCPU: 8, MemTotal: 32 << 30}
	config := clusterConfig("assay", Public, "/hosts", nodePorts, machine, oci)
	if config.Networking.PodSubnet != "10.244.0.0/16" || config.Networking.ServiceSubnet != "10.96.0.0/16" {
		t.Errorf("the ranges of the reference are %+v", config.Networking)
	}
	changed := specified(t, "podsCidr: 10.244.0.0/16\n    servicesCidr: 10.96.0.0/16", "podsCidr: 10.20.0.0/16\n    servicesCidr: 10.21.0.0/16").Spec.OCI
	changed.NodePool.OCPUs, changed.NodePool.MemoryGB = 4, 24
	config = clusterConfig("assay", Public, "/hosts", nodePorts, machine, changed)
	if config.Networking.PodSubnet != "10.20.0.0/16" || config.Networking.ServiceSubnet != "10.21.0.0/16" {
		t.Errorf("the ranges are %+v", config.Networking)
	}
	if patches := strings.Join(config.KubeadmConfigPatches, ""); !strings.Contains(patches, `{"cpu": "4", "memory": "8192Mi"}`) {
		t.Errorf("nodes keep back what %q says", patches)
	}
	manifests, err := os.ReadFile("../../hermetic/oke/network.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for cluster, want := range map[*spec.OKECluster][]string{
		&oci.OKECluster: {`"Network": "10.244.0.0/16"`, "-d 10.96.0.0/16 -j"}, &changed.OKECluster: {`"Network": "10.20.0.0/16"`, "-d 10.21.0.0/16 -j"},
	} {
		for _, text := range want {
			if !strings.Contains(inRanges(string(manifests), *cluster), text) {
				t.Errorf("the nodes' network does not have %s", text)
			}
		}
	}
}
