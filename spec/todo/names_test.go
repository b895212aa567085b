package todo_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
	"assay.dev/assay/spec/todo/todotest"
)

// beside are directories whose programs may know this specification: it is of them, or they
// are tests' data.
var beside = []string{"workloads", "spec/todo", "harness/report/fixture", "harness/judge/orders", "hermetic/ingress/internal/fixture", ".git", "artifacts", "bin"}

// ordinary are names that are words, or names of products, and the reasons why programs
// say them.
var ordinary = map[string]string{
	"kafka":                    "the broker, and the container that Strimzi calls so",
	"postgresql":               "the database",
	"monitoring":               "a word",
	"dapr-system":              "the namespace of Dapr's chart",
	"reminders":                "what versions 1 and 2 of the history's format counted (harness/history, harness/saved)",
	"dapr-sidecar-injector":    "a part of Dapr",
	"dapr-operator":            "a part of Dapr",
	"dapr-sentry":              "a part of Dapr",
	"chaos-daemon":             "a part of Chaos Mesh",
	"metrics-server":           "a product",
	"strimzi-cluster-operator": "what Strimzi's chart calls its operator",
}

// names are those of the specification that no program says for another reason.
func names() []string {
	actions := spec.FaultActions() // which some faults are named after
	return slices.DeleteFunc(todotest.Names(todo.Must()), func(name string) bool {
		return ordinary[name] != "" || slices.Contains(actions, spec.FaultAction(name))
	})
}

// TestProgramsDoNotKnowTheNamesOfTheReference looks for each name as a text of its own.
func TestProgramsDoNotKnowTheNamesOfTheReference(t *testing.T) {
	known := names()
	if len(known) < 60 {
		t.Fatalf("only %d names", len(known))
	}
	looked := 0
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == "testdata" || slices.Contains(beside, filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator))))) {
			return fs.SkipDir
		}
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		looked++
		for _, name := range known {
			if strings.Contains(string(raw), `"`+name+`"`) {
				t.Errorf("%s says %q", path, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if looked < 600 {
		t.Errorf("only %d files", looked)
	}
}
