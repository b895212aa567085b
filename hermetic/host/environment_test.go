package host

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestSafetyTheCallersVariablesDoNotSteerInnerPrograms runs a program as helm and
// helmfile are run.
func TestSafetyTheCallersVariablesDoNotSteerInnerPrograms(t *testing.T) {
	for _, name := range []string{"HELM_KUBEAPISERVER", "HELM_NAMESPACE", "KUBECONFIG", "HELMFILE_ENVIRONMENT", "TF_WORKSPACE", "GOFLAGS", "GOWORK", "KIND_EXPERIMENTAL_PROVIDER"} {
		t.Setenv(name, "hostile")
	}
	t.Setenv("https_proxy", "http://proxy.example:3128")
	out, err := Output(t.Context(), io.Discard, Command{Args: []string{"env"}, Env: []string{"KUBECONFIG=/ours"}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out, "hostile") {
		t.Errorf("a program was given\n%s", out)
	}
	for _, want := range []string{"KUBECONFIG=/ours\n", "https_proxy=http://proxy.example:3128\n", "PATH=", "HOME="} {
		if !strings.Contains(out, want) {
			t.Errorf("a program was not given %q", want)
		}
	}
}

// TestEveryCompileHasTheSameSettings wants those of make, under which tests and the command
// are compiled, to be those of the programs that a run compiles.
func TestEveryCompileHasTheSameSettings(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range goSettings {
		if !regexp.MustCompile(`(?m)^(override |export )?` + name + ` := ` + regexp.QuoteMeta(value) + `$`).Match(makefile) {
			t.Errorf("the Makefile does not set %s to %q: what it compiles is compiled again for the platform", name, value)
		}
	}
}
