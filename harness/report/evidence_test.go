package report

import (
	"strings"
	"testing"

	"assay.dev/assay/harness/judge"
)

// TestWeakerEvidenceIsShown looks for the groups of which nothing but committed offsets
// tells on the page, and for a guarantee that does not apply.
func TestWeakerEvidenceIsShown(t *testing.T) {
	e := Experiment{
		Name: "eventing", Result: judge.Pass,
		Evidence:   []judge.Shown{{Group: "ledger", Topic: "orders", Visibility: judge.ByEffect}, {Group: "dispatcher", Topic: "stock", Visibility: judge.ByCommit, Weak: true}},
		Guarantees: []judge.Guarantee{{Name: judge.CountedEvents, Result: judge.NotApplicable, Text: "It does not apply: nothing is scheduled."}},
	}
	if weaker := e.Weaker(); len(weaker) != 1 || weaker[0] != "dispatcher on stock" {
		t.Errorf("%v", weaker)
	}
	page, err := (&Report{Verdict: Green, Experiments: []Experiment{e}}).HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Weaker evidence, committed offsets alone: dispatcher on stock", "It does not apply: nothing is scheduled."} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(string(page), "ledger on orders") {
		t.Error("strong evidence is called weak")
	}
}
