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
		{ID: "quota.todo-app.cpu-requests-raised", Requirement: "quota.todo-app.cpu-requests", What: "More.", Status: Killed, Message: "requests"},
		{ID: "quota.todo-app.cpu-limits-less", Requirement: "quota.todo-app.cpu-limits", What: "Less.", Status: Survived, Text: "its check stayed green"},
		{ID: "topic.task-events.exists-two", Requirement: "topic.task-events.exists", What: "Two partitions.", Status: Collateral, Text: "also red: topic.task-events.partitions\ntopic.task-events.retention"},
		{ID: "kafka.ready-x", Requirement: "kafka.ready", What: "Nothing.", Status: Failed, Text: "could not be applied"},
	}
	text := Survivors(todo.Must(), results)
	for _, want := range []string{
		"quota.todo-app.cpu-limits-less survived", "Less.", "its check stayed green", "bin/assay mutate --only 'quota.todo-app.cpu-limits-less'",
		"topic.task-events.exists-two collateral", "also red: topic.task-events.partitions", "    topic.task-events.retention", "kafka.ready-x failed",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	for _, not := range []string{"quota.todo-app.cpu-requests-raised", "score", "%"} {
		if strings.Contains(text, not) {
			t.Errorf("%q is in\n%s", not, text)
		}
	}
	if text := Survivors(todo.Must(), results[:1]); text != "" {
		t.Errorf("all were killed: %q", text)
	}
}
