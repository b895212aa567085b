package mutate

import (
	"strings"
	"testing"

	"assay.dev/assay/harness/session"
	"assay.dev/assay/mutants"
)

func TestJudge(t *testing.T) {
	m := mutants.Mutant{ID: "QUO-001-raised", Requirement: "QUO-001", Message: "1100m", Also: []string{"QUO-022"}}
	red := func(message string, ids ...string) session.Check {
		return session.Check{IDs: ids, Red: true, Message: message}
	}
	green := func(ids ...string) session.Check { return session.Check{IDs: ids} }
	tests := []struct {
		name   string
		checks []session.Check
		want   Outcome
		text   string
	}{
		{"seen", []session.Check{red("seen 1100m", "QUO-001"), green("QUO-002")}, Killed, ""},
		{"seen, and by a check that may see it", []session.Check{red("seen 1100m", "QUO-001"), red("x", "QUO-022")}, Killed, ""},
		{"not seen", []session.Check{green("QUO-001")}, Survived, "stayed green"},
		{"seen as something else", []session.Check{red("connection refused", "QUO-001")}, Survived, "another message"},
		{"a check that has nothing to do with it is red", []session.Check{red("1100m", "QUO-001"), red("x", "QUO-002")}, Stray, "QUO-002"},
		{"another check saw it instead", []session.Check{green("QUO-001"), red("1100m", "QUO-022")}, Survived, "stayed green"},
		{"its check did not run", []session.Check{green("QUO-002")}, Survived, "no check"},
		{"nothing ran", nil, Survived, "no check"},
		{"its check was skipped", []session.Check{{IDs: []string{"QUO-001"}, Skipped: true, Message: "missing capability"}}, Failed, "skipped"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var result Result
			judge(&result, m, test.checks)
			if result.Outcome != test.want || !strings.Contains(result.Text, test.text) {
				t.Errorf("judged %s: %s", result.Outcome, result.Text)
			}
		})
	}
}
