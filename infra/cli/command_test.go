package cli

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/infra/stack"
	"assay.dev/assay/spec/todo/todotest"
)

// execute runs a command of this package and returns what it printed.
func execute(t *testing.T, args ...string) (string, error) {
	t.Helper()
	root := Command(func(context.Context, ...string) error { return errors.New("no other command is part of this") })
	root.SilenceUsage, root.SilenceErrors = true, true
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

// planOf writes a plan with a node pool of that size.
func planOf(t *testing.T, size string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plan.json")
	plan := `{"format_version": "1.2", "planned_values": {"root_module": {"resources": [{
		"address": "oci_containerengine_node_pool.todo", "mode": "managed", "type": "oci_containerengine_node_pool",
		"name": "todo", "values": {
			"node_shape": "VM.Standard.A1.Flex", "node_config_details": [{"size": ` + size + `}],
			"node_shape_config": [{"ocpus": 2, "memory_in_gbs": 8}],
			"node_source_details": [{"boot_volume_size_in_gbs": "50"}]}}]}}}`
	if err := os.WriteFile(file, []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestCost(t *testing.T) {
	tests := map[string]struct {
		args    []string
		wantErr bool
		message string
	}{
		"one node is free":     {[]string{"--plan", planOf(t, "1")}, false, "0.00"},
		"two nodes cost":       {[]string{"--plan", planOf(t, "2")}, true, "A1 compute"},
		"two nodes, allowed":   {[]string{"--plan", planOf(t, "2"), "--allow-cost"}, false, "A1 compute"},
		"a fourth claim costs": {[]string{"--plan", planOf(t, "1"), "--claims", "4"}, true, "250 GB"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out, err := execute(t, append([]string{"cost"}, test.args...)...)
			if errors.Is(err, stack.ErrCost) != test.wantErr || !test.wantErr && err != nil || !strings.Contains(out, test.message) {
				t.Errorf("printed %s, error %v", out, err)
			}
		})
	}
}

// withoutCredentials is a machine on which nobody has set up OCI.
func withoutCredentials(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	for _, setting := range os.Environ() {
		if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "TF_VAR_") || strings.HasPrefix(name, "OCI_") {
			t.Setenv(name, "")
		}
	}
}

func TestBadInputSaysWhatToDo(t *testing.T) {
	withoutCredentials(t)
	t.Setenv(compartmentEnv, "")
	tests := map[string]struct {
		args    []string
		message string
	}{
		"up without a compartment":  {[]string{"up", "--run", "x"}, compartmentEnv},
		"up without credentials":    {[]string{"up", "--run", "x", "--compartment", "ocid1.compartment.oc1..x"}, "`oci setup config` makes"},
		"sweep without credentials": {[]string{"sweep", "--compartment", "ocid1.compartment.oc1..x"}, "`oci setup config` makes"},
		"sweep of no compartment":   {[]string{"sweep"}, compartmentEnv},
		"cost of a missing plan":    {[]string{"cost", "--plan", "/nowhere/plan.json"}, "read the plan"},
		"unknown argument":          {[]string{"down", "now"}, "unknown command"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := execute(t, test.args...); err == nil || !strings.Contains(err.Error(), test.message) {
				t.Errorf("error is %v, want one with %q", err, test.message)
			}
		})
	}
}

// runFolder keeps a password and a kubeconfig as a run's folder does.
func runFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"secret.auto.tfvars.json": `{"adb_admin_password": "Sunflower2026canary"}`,
		cloudKubeconfig:           "users:\n- user: {token: abc-123-token-of-the-run}\n",
	} {
		if err := writePrivate(filepath.Join(dir, name), content); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func writePrivate(file, content string) error { return os.WriteFile(file, []byte(content), 0o600) }

func TestUnreadableKeyIsNamed(t *testing.T) {
	withoutCredentials(t)
	missing := filepath.Join(t.TempDir(), "key.pem")
	for name, value := range map[string]string{
		compartmentEnv: "ocid1.compartment.oc1..x", "TF_VAR_region": "eu-frankfurt-1", "TF_VAR_tenancy_ocid": "tenancy",
		"TF_VAR_user_ocid": "user", "TF_VAR_fingerprint": "aa:bb", keyEnv: missing,
	} {
		t.Setenv(name, value)
	}
	if _, err := execute(t, "sweep"); err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("error is %v, want one that names %s", err, missing)
	}
}

// helmRelease is a release as a Secret of Helm's holds it.
func helmRelease(t *testing.T, content string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return layers(2, out.String())
}

// layers is a text in base64, so many times.
func layers(n int, text string) string {
	for range n {
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return text
}

func TestScan(t *testing.T) {
	t.Setenv(keyEnv, "")
	tests := map[string]struct {
		name, content string
		args          []string
		message       string
		wantErr       bool
	}{
		"nothing":            {"log", "all is well", nil, "none of 2 secrets", false},
		"a password":         {"log", "with Sunflower2026canary inside", nil, "the database's password is in", true},
		"a token in base64":  {"log", "YWJjLTEyMy10b2tlbi1vZi10aGUtcnVu", nil, cloudKubeconfig + " is in", true},
		"a password in HTML": {"report.html", "with &#83;unflower2026&#x63;anary inside", nil, "the database's password is in", true},
		"a Helm release":     {"secret", helmRelease(t, "with Sunflower2026canary inside"), nil, "the database's password is in", true},
		"too many layers":    {"log", layers(9, "nothing at all that is secret"), nil, "not searched to its end", true},
		"in a file left out": {"kubeconfig", "abc-123-token-of-the-run", []string{"--except", "kubeconfig"}, "none of 2 secrets", false},
		"in the name of one": {"abc-123-token-of-the-run", "", nil, "the name of", true},
		"no secret is known": {"log", "", []string{"--dir", t.TempDir()}, "no secret is known", true},
		"nothing to look at": {"log", "", []string{"/nowhere/at-all"}, "/nowhere/at-all", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, test.name), []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := execute(t, append([]string{"scan", "--dir", runFolder(t), dir}, test.args...)...)
			if err != nil {
				out += err.Error()
			}
			if (err != nil) != test.wantErr || !strings.Contains(out, test.message) {
				t.Errorf("printed %s, error %v", out, err)
			}
			if strings.Contains(out, "Sunflower") {
				t.Errorf("the secret is printed: %s", out)
			}
		})
	}
}

func TestDownWithoutARun(t *testing.T) {
	t.Setenv(compartmentEnv, "")
	dir := filepath.Join(t.TempDir(), "none")
	out, err := execute(t, "down", "--dir", dir)
	if err != nil || !strings.Contains(out, "nothing to take down") {
		t.Errorf("printed %s, error %v", out, err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("down made a folder")
	}
}

func TestAdoptSpeaksToThePlatform(t *testing.T) {
	if KubeconfigEnv != platform.KubeconfigEnv || UIDEnv != platform.ClusterUIDEnv {
		t.Errorf("adopt sets %s and %s, the platform reads %s and %s", KubeconfigEnv, UIDEnv, platform.KubeconfigEnv, platform.ClusterUIDEnv)
	}
	for own, theirs := range map[string]string{
		nodesEnv: platform.NodesEnv, platformEnv: platform.NameEnv, runEnv: session.CloudRunEnv, dirEnv: session.CloudDirEnv,
	} {
		if own != theirs {
			t.Errorf("the steps set %s, and %s is read", own, theirs)
		}
	}
	file := filepath.Join(t.TempDir(), "new", "env")
	if err := writeAdoptionEnv(file, "/with space/and 'quote'", "uid-1"); err != nil {
		t.Fatal(err)
	}
	env, err := readEnv(file)
	if err != nil || env[KubeconfigEnv] != "/with space/and 'quote'" || env[UIDEnv] != "uid-1" {
		t.Errorf("a shell is told %q (%v)", env, err)
	}
}

// TestVariablesOfASpecificationAreWritten holds that a specification's own directory
// decides.
func TestVariablesOfASpecificationAreWritten(t *testing.T) {
	for name, dir := range map[string]string{"todo-vcn": "", "shop-vcn": todotest.Copy(t, "name: todo-vcn", "name: shop-vcn")} {
		t.Setenv("ASSAY_SPEC", dir)
		if out, err := execute(t, "tfvars"); err != nil || !strings.Contains(out, `"vcn_name": "`+name+`"`) {
			t.Errorf("%q: printed %s, error %v", dir, out, err)
		}
	}
}

// TestScanOfAllArtifacts leaves out what has secrets in it, and nothing else.
func TestScanOfAllArtifacts(t *testing.T) {
	t.Setenv(keyEnv, "")
	t.Chdir(t.TempDir())
	const secret = "Sunflower2026canary"
	for _, file := range []string{emulatorDir + "/log", "artifacts/platform/kubeconfig", ociDir + "/terraform.tfstate", "artifacts/runs/x/log"} {
		if err := write(file, "all is well"); err != nil {
			t.Fatal(err)
		}
	}
	if err := write(ociDir+"/secret.auto.tfvars.json", `{"adb_admin_password": "`+secret+`"}`); err != nil {
		t.Fatal(err)
	}
	for file, leaks := range map[string]bool{
		emulatorDir + "/log": false, "artifacts/platform/kubeconfig": false, ociDir + "/terraform.tfstate": false, "artifacts/runs/x/log": true,
	} {
		if err := write(file, secret); err != nil {
			t.Fatal(err)
		}
		out, err := execute(t, "scan")
		if errors.Is(err, ErrLeak) != leaks || !leaks && err != nil {
			t.Errorf("with a secret in %s: %v, printed %s", file, err, out)
		}
		if err := write(file, "all is well"); err != nil {
			t.Fatal(err)
		}
	}
}
