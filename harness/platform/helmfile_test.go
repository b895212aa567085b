package platform

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// reads are the environment variables that the deployment's files read, by the names
// of helmfile's functions.
var reads = regexp.MustCompile(`\b(?:env|requiredEnv) "([A-Z_]+)"`)

// TestHelmfileIsGivenWhatTheDeploymentReads finds the variables in helmfile's own file
// and in the templates of values.
func TestHelmfileIsGivenWhatTheDeploymentReads(t *testing.T) {
	names := map[string]bool{}
	err := filepath.WalkDir("../../deploy", func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".gotmpl" {
			return err
		}
		content, err := os.ReadFile(path)
		for _, found := range reads.FindAllStringSubmatch(string(content), -1) {
			names[found[1]] = true
		}
		return err
	})
	if err != nil || len(names) < 6 {
		t.Fatalf("the deployment reads %v (%v), which is too little to be all", names, err)
	}
	for name := range names {
		t.Setenv(name, "/of the/caller")
	}
	t.Setenv("HELM_KUBECONTEXT", "another cluster")
	env := releaser{charts: "/charts", platform: "/platform.yaml", kubeconfig: "/ours", revision: "1", home: "/home"}.env()
	for name := range names {
		if !slices.ContainsFunc(env, func(entry string) bool { return strings.HasPrefix(entry, name+"=") }) {
			t.Errorf("helmfile is not given %s, which the deployment reads", name)
		}
	}
	for _, want := range []string{"ASSAY_CHARTS=/charts", "ASSAY_PLATFORM_YAML=/platform.yaml", "KUBECONFIG=/ours", "ASSAY_IMAGE_REVISION=1", "ASSAY_IMAGE_REGISTRY=/of the/caller"} {
		if last := lastOf(env, want); last != want {
			t.Errorf("helmfile is given %q, want %q", last, want)
		}
	}
	if strings.Contains(strings.Join(env, "\n"), "another cluster") {
		t.Errorf("helmfile is given the caller's HELM_KUBECONTEXT: %v", env)
	}
}

// lastOf is the setting of a variable that holds: the last one.
func lastOf(env []string, setting string) string {
	name, _, _ := strings.Cut(setting, "=")
	last := ""
	for _, entry := range env {
		if strings.HasPrefix(entry, name+"=") {
			last = entry
		}
	}
	return last
}
