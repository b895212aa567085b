package childenv_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/process/childenv"
)

// hostile leads inner tools elsewhere, or runs something.
var hostile = []string{
	"HELM_KUBEAPISERVER", "HELM_KUBECONTEXT", "HELM_NAMESPACE", "HELM_DRIVER", "HELM_PLUGINS", "HELMFILE_ENVIRONMENT",
	"KUBECONFIG", "KUBE_EDITOR", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_DEFAULT_PLATFORM", "KIND_EXPERIMENTAL_PROVIDER",
	"TF_WORKSPACE", "TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_CLI_ARGS_destroy", "TF_DATA_DIR", "TF_REATTACH_PROVIDERS",
	"TF_VAR_compartment_id", "TF_CLI_CONFIG_FILE", "TOFU_X", "OCI_CLI_PROFILE", "CLIENT_HOST_OVERRIDES",
	"GOFLAGS", "GOWORK", "GOOS", "GOENV", "GOEXPERIMENT", "CGO_CFLAGS", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
	"LD_PRELOAD", "BASH_ENV", "ENV", "IFS", "PATH_INFO", "LC",
}

func TestSafetyTheCallersVariablesDoNotReachAProgram(t *testing.T) {
	for _, name := range hostile {
		t.Setenv(name, "hostile")
	}
	t.Setenv("LC_TIME", "C")
	t.Setenv("GOPROXY", "off")
	got := childenv.Make(map[string]string{"KUBECONFIG": "/ours", "GOFLAGS": ""}, childenv.Basic, childenv.Network, childenv.Go, childenv.Docker)
	program := exec.CommandContext(t.Context(), "/usr/bin/env")
	program.Env = got
	out, err := program.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, setting := range seen {
		if strings.HasSuffix(setting, "=hostile") {
			t.Errorf("the program gets %s", setting)
		}
	}
	for _, want := range []string{"KUBECONFIG=/ours", "GOFLAGS=", "GOPROXY=off", "LC_TIME=C"} {
		if !slices.Contains(seen, want) {
			t.Errorf("the program lacks %s: %q", want, seen)
		}
	}
	if !slices.ContainsFunc(seen, func(s string) bool { return strings.HasPrefix(s, "PATH=/") }) {
		t.Error("the program lacks PATH")
	}
}

func TestWithoutGroupsAProgramGetsWhatIsSet(t *testing.T) {
	if got := childenv.Make(map[string]string{"B": "2", "A": "1"}); !slices.Equal(got, []string{"A=1", "B=2"}) {
		t.Errorf("got %q", got)
	}
}

func TestIgnoredNamesWhatHasNoEffect(t *testing.T) {
	t.Setenv("TESTED_WORKSPACE", "prod")
	t.Setenv("TESTED_VAR_region", "r")
	t.Setenv("TESTED_ARGS_plan", "x")
	if got := childenv.Ignored([]string{"TESTED_"}, []string{"TESTED_VAR_*"}); !slices.Equal(got, []string{"TESTED_ARGS_plan", "TESTED_WORKSPACE"}) {
		t.Errorf("ignored are %v", got)
	}
}
