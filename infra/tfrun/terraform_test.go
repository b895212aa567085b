//go:build terraform

package tfrun

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/infra/tfprovider"
)

// inner is a workspace with the machine's terraform and a configuration that needs no
// provider.
func inner(t *testing.T) *Workspace {
	t.Helper()
	binary, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip(err)
	}
	module := t.TempDir()
	const main = "variable \"compartment_id\" {}\nresource \"terraform_data\" \"net\" {\n  input = var.compartment_id\n}\n" +
		"output \"where\" {\n  value = terraform_data.net.output\n}\n"
	if err := os.WriteFile(filepath.Join(module, "main.tf"), []byte(main), 0o644); err != nil {
		t.Fatal(err)
	}
	w, err := Prepare(Config{Module: module, Dir: filepath.Join(t.TempDir(), "work"), Binary: binary, Provider: tfprovider.Installation{Runner: runner(t)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.SetVariables("run", map[string]any{"compartment_id": "mine"}); err != nil {
		t.Fatal(err)
	}
	return w
}

// applied applies and returns where the resource came to be.
func applied(t *testing.T, w *Workspace) string {
	t.Helper()
	for _, step := range []func() error{
		func() error { return w.Init(t.Context()) },
		func() error { return w.Plan(t.Context(), "tfplan") },
		func() error { return w.Apply(t.Context(), "tfplan") },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	where, err := w.Output(t.Context(), "where")
	if err != nil {
		t.Fatal(err)
	}
	return where
}

// TestSafetyTheCallersVariablesDoNotSteerTerraform applies and destroys under each
// variable that would change where, or what, or nothing at all.
func TestSafetyTheCallersVariablesDoNotSteerTerraform(t *testing.T) {
	elsewhere := t.TempDir()
	for name, value := range map[string]string{
		"NONE": "", "TF_WORKSPACE": "prod", "TF_DATA_DIR": elsewhere, "TF_VAR_compartment_id": "other",
		"TF_CLI_ARGS": "-lock=false", "TF_CLI_ARGS_init": "-backend=false", "TF_CLI_ARGS_plan": "-var compartment_id=other",
		"TF_CLI_ARGS_apply": "-state-out=elsewhere.tfstate", "TF_CLI_ARGS_destroy": "-target=terraform_data.none",
		"TF_CLI_ARGS_output": "-json", "TF_CLI_CONFIG_FILE": filepath.Join(elsewhere, "none"), "TF_REATTACH_PROVIDERS": "{",
		"TF_LOG_PATH": filepath.Join(elsewhere, "log"), "TF_LOG": "TRACE", "TF_ENCRYPTION": "hostile",
	} {
		t.Run(name, func(t *testing.T) {
			w := inner(t)
			t.Setenv(name, value)
			if where := applied(t, w); where != "mine" {
				t.Errorf("the resource came to be in %.40q, the run's compartment is mine", where)
			}
			if !w.HasState() {
				t.Error("no state is seen after an apply, so down does not destroy")
			}
			if err := w.Destroy(t.Context()); err != nil {
				t.Error(err)
			}
			if file := stateWithResource(t, w); file != "" {
				t.Errorf("after a destroy that succeeded the resource is still in %s", file)
			}
		})
	}
}

// stateWithResource is a file below the working copy that still holds the resource.
func stateWithResource(t *testing.T, w *Workspace) string {
	t.Helper()
	found := ""
	err := filepath.WalkDir(w.Dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tfstate" {
			return err
		}
		content, err := os.ReadFile(path)
		if strings.Contains(string(content), `"terraform_data"`) {
			found, _ = filepath.Rel(w.Dir, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
