package todo_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
	"assay.dev/assay/spec/todo/todotest"
)

// beside are directories whose programs may know this specification: it is of them, or they
// are tests' data.
var beside = []string{"workloads", "spec/todo", "harness/report/fixture", "harness/judge/orders", "harness/platform/rehearsal", "standins/ingress/internal/fixture", ".git", "artifacts", "bin"}

// ordinary are names that are words, or names of products, and the reasons why programs
// say them.
var ordinary = map[string]string{
	"kafka":                    "the broker, and the container that Strimzi calls so",
	"postgresql":               "the database",
	"monitoring":               "a word",
	"dapr-system":              "the namespace of Dapr's chart",
	"reminders":                "what versions 1 and 2 of the history's format counted (harness/history, harness/runs/recordings)",
	"dapr-sidecar-injector":    "a part of Dapr",
	"dapr-operator":            "a part of Dapr",
	"dapr-sentry":              "a part of Dapr",
	"dapr-scheduler-server":    "a part of Dapr, as its chart calls it",
	"chaos-mesh":               "a product, and the namespace of its chart",
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

// texts are those of a program between quotes.
var texts = regexp.MustCompile(`"[^"\n]*"`)

// parts reports whether a text has a name between characters that no name has.
func parts(text, name string) bool {
	for rest := text; ; {
		before, after, found := strings.Cut(rest, name)
		if !found {
			return false
		}
		if !inName(before[max(0, len(before)-1):]) && !inName(after[:min(1, len(after))]) {
			return true
		}
		rest = after
	}
}

func inName(one string) bool {
	return one != "" && strings.ContainsAny(one, "abcdefghijklmnopqrstuvwxyz-/")
}

// TestProgramsDoNotKnowTheNamesOfTheReference looks for each name as a text of its own,
// and for those that are no words as parts of texts, such as IDs of requirements.
func TestProgramsDoNotKnowTheNamesOfTheReference(t *testing.T) {
	known := names()
	if len(known) < 60 {
		t.Fatalf("only %d names", len(known))
	}
	count := 0
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == "testdata" || slices.Contains(beside, filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator))))) {
			return fs.SkipDir
		}
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		count++
		for _, text := range texts.FindAllString(string(raw), -1) {
			for _, name := range known {
				if text == `"`+name+`"` || strings.ContainsAny(name, "-/") && parts(text, name) {
					t.Errorf("%s says %s in %s", path, name, text)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if count < 600 {
		t.Errorf("only %d files", count)
	}
}
