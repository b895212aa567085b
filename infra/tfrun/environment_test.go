package tfrun

import (
	"strings"
	"testing"
)

// TestSafetyTerraformGetsAnEnvironmentOfItsOwn needs no terraform: a script prints
// what reaches it.
func TestSafetyTerraformGetsAnEnvironmentOfItsOwn(t *testing.T) {
	for _, name := range []string{"TF_WORKSPACE", "TF_CLI_ARGS_plan", "OCI_CLI_PROFILE", "OCI_REGION", "CLIENT_HOST_OVERRIDES", "LD_PRELOAD_X", "KUBECONFIG"} {
		t.Setenv(name, "hostile")
	}
	t.Setenv("TF_VAR_tenancy_ocid", "tenancy")
	w, log := fake(t, "env")
	w.Env = map[string]string{"OURS": "1"}
	if err := w.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(log.String(), "=hostile") {
		t.Errorf("terraform gets %s", log)
	}
	for _, want := range []string{"OURS=1\n", "TF_VAR_tenancy_ocid=tenancy\n", "TF_LOG=\n", "CHECKPOINT_DISABLE=1\n", "PATH="} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("terraform lacks %q: %s", want, log)
		}
	}
}
