package session

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// TestTheCloudsChecksFindTheCloud has a go command that writes its environment and what
// it was asked for: without these variables, the checks have no cloud to ask.
func TestTheCloudsChecksFindTheCloud(t *testing.T) {
	bin, seen := t.TempDir(), filepath.Join(t.TempDir(), "seen")
	fake := "#!/bin/sh\n{ env; echo \"asked: $*\"; } >'" + seen + "'\n"
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	wanted := map[string]string{
		CloudRunEnv: "e2e-sim", "ASSAY_OCI_DIR": "/stack", endpointEnv: "http://127.0.0.1:1",
		"TF_VAR_compartment_id": "ocid1.compartment..a", "TF_VAR_private_key_path": "/key.pem", "TF_VAR_fingerprint": "aa:bb",
	}
	for name, value := range wanted {
		t.Setenv(name, value)
	}
	t.Setenv("TF_CLI_ARGS", "-destroy")
	r, err := run.Create(t.TempDir(), run.Run{Started: time.Now(), Target: spec.OKE})
	if err != nil {
		t.Fatal(err)
	}
	result, err := Session{Dir: t.TempDir(), Spec: todo.Must()}.RunCloud(t.Context(), r, os.Stderr)
	if err != nil || !result.Passed {
		t.Fatalf("%+v, %v", result, err)
	}
	content, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(content), "\n")
	wanted[run.DirEnv] = r.Path()
	for name, value := range wanted {
		if !slices.Contains(lines, name+"="+value) {
			t.Errorf("the checks do not get %s=%s", name, value)
		}
	}
	if strings.Contains(string(content), "TF_CLI_ARGS") {
		t.Error("the checks get what changes Terraform's commands")
	}
	if !strings.Contains(string(content), inEmulated) {
		t.Errorf("asked for are not the checks of an emulator:\n%s", lines[max(0, len(lines)-2)])
	}
}
