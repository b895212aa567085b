package mutate

import (
	"strings"
	"testing"

	"assay.dev/assay/spec/todo"
)

// TestSurvivorsAreNamed wants each mutant that was not killed with what it broke, why it
// counts as not killed, and its command; and no number that says nothing of that.
func TestSurvivorsAreNamed(t *testing.T) {
	results := []Result{
		{ID: "QUO-001-raised", Requirement: "QUO-001", What: "More.", Outcome: Killed, Message: "requests"},
		{ID: "QUO-002-less", Requirement: "QUO-002", What: "Less.", Outcome: Survived, Text: "its check stayed green"},
		{ID: "TOP-001-two", Requirement: "TOP-001", What: "Two partitions.", Outcome: Stray, Text: "also red: TOP-002\nTOP-003"},
		{ID: "KFK-001-x", Requirement: "KFK-001", What: "Nothing.", Outcome: Failed, Text: "could not be applied"},
	}
	text := Survivors(todo.Must(), results)
	for _, want := range []string{
		"QUO-002-less survived", "Less.", "its check stayed green", "bin/assay mutate --only 'QUO-002-less'",
		"TOP-001-two stray", "also red: TOP-002", "    TOP-003", "KFK-001-x failed",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	for _, not := range []string{"QUO-001-raised", "score", "%"} {
		if strings.Contains(text, not) {
			t.Errorf("%q is in\n%s", not, text)
		}
	}
	if text := Survivors(todo.Must(), results[:1]); text != "" {
		t.Errorf("all were killed: %q", text)
	}
}
