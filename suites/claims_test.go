package suites

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/spec/todo"
)

// ofTheSuite starts the names of the checks that prove something about the suite
// itself, or judge what is for requirements of other suites: no requirement on the
// platform asks for them.
var ofTheSuite = []string{
	"chaos: A suite that is killed in the middle of a fault",
	"eventing: Events breaks nothing that no check here is for",
}

// dryRun lists the checks of all suites once: it compiles each of them.
var dryRun = sync.OnceValues(func() ([]suitereport.Listed, error) {
	repo, err := filepath.Abs("..")
	if err != nil {
		return nil, err
	}
	return session.Session{Dir: repo, Spec: todo.Must()}.Checks(context.Background())
})

// listed returns the checks of all suites. It opens their sources: the go command keeps
// a test's result while the files are as they were that the test itself has opened, and
// a dry run is another process.
func listed(t *testing.T) []suitereport.Listed {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, _ os.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".go" {
			_, err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	checks, err := dryRun()
	if err != nil {
		t.Fatal(err)
	}
	return checks
}

// TestClaims holds requirements and checks against each other, both ways.
func TestClaims(t *testing.T) {
	covered := report.Cover(todo.Must(), listed(t))
	for _, id := range covered.Without {
		t.Errorf("%s has no check: %s", id, todo.Must().Requirement(id).Sentence)
	}
	for _, name := range covered.Unclaimed {
		if slices.ContainsFunc(ofTheSuite, func(known string) bool { return strings.HasPrefix(name, known) }) {
			continue
		}
		t.Errorf("a check claims no requirement: %s", name)
	}
	for _, problem := range covered.Misplaced {
		t.Error(problem)
	}
}
