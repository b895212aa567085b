package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/harness/runs/run"
)

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("nothing matches %s (%v)", pattern, err)
	}
	return paths
}

// edit changes what Ginkgo reported of a suite.
func edit(t *testing.T, r *run.Run, suite string, change func(map[string]any)) {
	t.Helper()
	path := r.Path("ginkgo", suite+".json")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var g map[string]any
	if err := json.Unmarshal(content, &g); err != nil {
		t.Fatal(err)
	}
	change(g)
	if content, err = json.Marshal(g); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func set(key string, value any) func(map[string]any) {
	return func(g map[string]any) { g[key] = value }
}

func config(key string, value any) func(map[string]any) {
	return func(g map[string]any) { g["SuiteConfig"].(map[string]any)[key] = value }
}

func state(id, state string) func(map[string]any) {
	return func(g map[string]any) {
		for _, s := range g["SpecReports"].([]any) {
			if one := s.(map[string]any); strings.HasPrefix(one["LeafNodeText"].(string), id) {
				one["State"] = state
			}
		}
	}
}
