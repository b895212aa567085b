package build

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

// graphs are the modules whose programs are compiled with Kubernetes' client.
var graphs = []string{".", "hermetic/modules/kube", "hermetic/modules/dapr", "hermetic/modules/storage", "tools/helmfile"}

// TestGraphsCompileKubernetesOnce holds that all graphs have the same versions of what
// Kubernetes' client is made of. The go command compiles a package again for every other
// version of anything below it: that is 80 to 120 s of CPU for each graph that differs.
func TestGraphsCompileKubernetesOnce(t *testing.T) {
	repo := filepath.Join("..", "..")
	below := belowKubernetes(t, repo)
	if len(below) < 20 || !slices.Contains(below, "golang.org/x/net") || !slices.Contains(below, "k8s.io/client-go") {
		t.Fatalf("Kubernetes' client is made of %q", below)
	}
	versions := map[string]map[string]string{}
	for _, graph := range graphs {
		versions[graph] = pinned(t, filepath.Join(repo, graph, "go.mod"))
	}
	for _, module := range below {
		want := versions["."][module]
		for _, graph := range graphs[1:] {
			if got, used := versions[graph][module]; used && got != want {
				t.Errorf("%s has %s %s, go.mod has %s: (cd %s && go get %s@%s && go mod tidy), or raise go.mod's", graph, module, got, want, graph, module, want)
			}
		}
	}
}

// belowKubernetes lists the modules of the packages that the command uses of Kubernetes,
// and of all that those use.
func belowKubernetes(t *testing.T, repo string) []string {
	t.Helper()
	list := func(args ...string) []string {
		command := exec.CommandContext(t.Context(), "go", append([]string{"list", "-deps"}, args...)...)
		command.Dir, command.Env = repo, append(os.Environ(), "GOFLAGS=", "GOWORK=off")
		out, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(out))
	}
	used := slices.DeleteFunc(list("./cmd/assay"), func(pkg string) bool { return !strings.HasPrefix(pkg, "k8s.io/") })
	modules := list(append([]string{"-f", "{{with .Module}}{{.Path}}{{end}}"}, used...)...)
	slices.Sort(modules)
	return slices.Compact(modules)
}

// pinned returns the version of each module that a go.mod requires, after its replacements.
func pinned(t *testing.T, file string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := modfile.Parse(file, content, nil)
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for _, require := range parsed.Require {
		versions[require.Mod.Path] = require.Mod.Version
	}
	for _, replace := range parsed.Replace {
		if _, required := versions[replace.Old.Path]; required && replace.Old.Version == "" {
			versions[replace.Old.Path] = strings.TrimPrefix(replace.New.Path+"@"+replace.New.Version, replace.Old.Path+"@")
		}
	}
	return versions
}

// TestNoModuleIsReplaced: a replace line holds for this repository alone, so that
// another module that imports assay would be compiled with other versions.
func TestNoModuleIsReplaced(t *testing.T) {
	file := filepath.Join("..", "..", "go.mod")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := modfile.Parse(file, content, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, replace := range parsed.Replace {
		t.Errorf("go.mod replaces %s by %s", replace.Old, replace.New)
	}
}
