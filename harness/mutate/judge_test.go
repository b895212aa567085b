package mutate

import (
	"strings"
	"testing"

	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/mutants"
)

func TestJudge(t *testing.T) {
	m := mutants.Mutant{ID: "quota.todo-app.cpu-requests-raised", Requirement: "quota.todo-app.cpu-requests", Message: "1100m", Also: []string{"quota.usage"}}
	red := func(message string, ids ...string) session.Check {
		return session.Check{IDs: ids, Red: true, Message: message}
	}
	green := func(ids ...string) session.Check { return session.Check{IDs: ids} }
	tests := []struct {
		name   string
		checks []session.Check
		want   Status
		text   string
	}{
		{"seen", []session.Check{red("seen 1100m", "quota.todo-app.cpu-requests"), green("quota.todo-app.cpu-limits")}, Killed, ""},
		{"seen, and by a check that may see it", []session.Check{red("seen 1100m", "quota.todo-app.cpu-requests"), red("x", "quota.usage")}, Killed, ""},
		{"not seen", []session.Check{green("quota.todo-app.cpu-requests")}, Survived, "stayed green"},
		{"seen as something else", []session.Check{red("connection refused", "quota.todo-app.cpu-requests")}, Survived, "another message"},
		{"a check that has nothing to do with it is red", []session.Check{red("1100m", "quota.todo-app.cpu-requests"), red("x", "quota.todo-app.cpu-limits")}, Collateral, "quota.todo-app.cpu-limits"},
		{"another check saw it instead", []session.Check{green("quota.todo-app.cpu-requests"), red("1100m", "quota.usage")}, Survived, "stayed green"},
		{"its check did not run", []session.Check{green("quota.todo-app.cpu-limits")}, Survived, "no check"},
		{"nothing ran", nil, Survived, "no check"},
		{"its check was skipped", []session.Check{{IDs: []string{"quota.todo-app.cpu-requests"}, Skipped: true, Message: "missing capability"}}, Failed, "skipped"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var result Result
			judge(&result, m, test.checks)
			if result.Status != test.want || !strings.Contains(result.Text, test.text) {
				t.Errorf("judged %s: %s", result.Status, result.Text)
			}
		})
	}
}
