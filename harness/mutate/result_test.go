package mutate

import (
	"testing"

	"assay.dev/assay/harness/runs/resultlog"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// TestResultsAreOfOneSpecification: a mutant of two specifications is tried with each, and
// what it came to with one says nothing about the other.
func TestResultsAreOfOneSpecification(t *testing.T) {
	engine, _ := testEngine(t)
	m := patchOf("fast")
	if results, err := engine.Run(t.Context(), []mutants.Mutant{m}, false); err != nil || Count(results, Killed) != 1 {
		t.Fatalf("%+v, %v", results, err)
	}
	other := *todo.Must()
	other.Platform = new(spec.Platform)
	*other.Platform = *todo.Must().Platform
	other.Specification.Feature = "012-shop"
	engine.Spec = &other
	if pending, err := engine.Pending([]mutants.Mutant{m}, false); err != nil || len(pending) != 1 {
		t.Errorf("%d are pending with another specification, %v", len(pending), err)
	}
	if err := (resultlog.Log[Result]{Path: engine.ResultLog}).Add(Result{ID: m.ID, Digest: identity(m), Revision: "012-shop", Status: Survived}); err != nil {
		t.Fatal(err)
	}
	for s, want := range map[*spec.Spec]Status{todo.Must(): Killed, &other: Survived} {
		results, err := Known(engine.ResultLog, s, []mutants.Mutant{m})
		if err != nil || len(results) != 1 || results[0].Status != want {
			t.Errorf("%s: %+v, %v; want %s", s.Specification.Feature, results, err, want)
		}
	}
}
