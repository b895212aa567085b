package suites

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// commandForm is a command that runs checks of one suite again.
var commandForm = regexp.MustCompile(
	`^(?:make test-([a-z]+)(?: (FOCUS|LABELS)='([^']+)')?|go test -count=1 \./suites/provisioning/oci -run TestOCI -ginkgo\.label-filter='([^']+)')$`)

// TestTheCommandsOfACauseSelectItsChecks wants the commands below each reason of a red run
// to select exactly the checks of the requirements that the reason names.
func TestTheCommandsOfACauseSelectItsChecks(t *testing.T) {
	checks := listed(t)
	r, err := fixture.Red(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	built, err := report.Build(r)
	if err != nil {
		t.Fatal(err)
	}
	several := 0
	for _, cause := range built.Causes {
		if len(cause.Requirements) == 0 {
			continue
		}
		if len(cause.Requirements) > 1 {
			several++
		}
		selected := map[string]bool{}
		for _, command := range cause.Commands {
			suite, filter, err := selection(command)
			if err != nil {
				t.Fatal(err)
			}
			_, matches := selects(t, command, filter)
			for _, check := range checks {
				selected[check.Name] = selected[check.Name] || check.Suite == suite && matches(check)
			}
		}
		for _, check := range checks {
			claims := slices.ContainsFunc(cause.Requirements, func(id string) bool { return slices.Contains(check.Labels, id) })
			if claims != selected[check.Name] {
				t.Errorf("%q: %q selects %q: %v, which it is about: %v", cause.Text, cause.Commands, check.Name, selected[check.Name], claims)
			}
		}
	}
	if several == 0 {
		t.Error("no reason of the run names several requirements")
	}
}

// selection returns the suite and the filter of a command of a report.
func selection(command string) (spec.Suite, session.Filter, error) {
	m := commandForm.FindStringSubmatch(command)
	switch {
	case m == nil:
		return "", session.Filter{}, fmt.Errorf("nobody can tell what %q selects", command)
	case m[2] == "FOCUS":
		return spec.Suite(m[1]), session.Filter{Focus: m[3]}, nil
	case m[4] != "":
		return spec.Provisioning, session.Filter{Labels: m[4]}, nil
	}
	return spec.Suite(m[1]), session.Filter{Labels: m[3]}, nil
}

// selects reports which checks a filter selects, as Ginkgo's own filter reads it.
func selects(t *testing.T, what string, filter session.Filter) (session.Filter, func(suitereport.Listed) bool) {
	t.Helper()
	resolved, err := filter.Resolve(todo.Must())
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	matches, err := types.ParseLabelFilter(resolved.Labels)
	if err != nil || resolved.Focus != "" {
		t.Fatalf("%s: %+v, %v", what, resolved, err)
	}
	return resolved, func(check suitereport.Listed) bool { return matches(check.Labels) }
}

// TestEveryCommandSelectsItsChecks lists all checks by a dry run, and wants the command
// in each row of a report, and the name of each fault, to select exactly the checks that
// claim the requirement.
func TestEveryCommandSelectsItsChecks(t *testing.T) {
	checks := listed(t)
	r, err := fixture.Green(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	built, err := report.Build(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range built.Requirements {
		if one.Command == "" {
			if slices.Contains(one.Targets, spec.Kind) || slices.Contains(one.Targets, spec.OCISim) {
				t.Errorf("%s has no command", one.ID)
			}
			continue
		}
		suite, filter, err := selection(one.Command)
		if err != nil {
			t.Fatalf("%s: %v", one.ID, err)
		}
		exactly(t, checks, filter, suite, one.ID)
	}
	for _, f := range todo.Must().Faults {
		exactly(t, checks, session.Filter{Focus: f.Name}, spec.Chaos, f.Requirement)
	}
}

// exactly fails unless a filter selects the checks that claim a requirement and no other,
// and the suite is the one that is run for it.
func exactly(t *testing.T, checks []suitereport.Listed, filter session.Filter, suite spec.Suite, id string) {
	t.Helper()
	resolved, matches := selects(t, id, filter)
	if suites := resolved.Suites(todo.Must(), session.Suites()); !slices.Equal(suites, []spec.Suite{suite}) {
		t.Errorf("%s: %+v runs %v, want %s", id, filter, suites, suite)
	}
	count := 0
	for _, check := range checks {
		selected, claims := matches(check), slices.Contains(check.Labels, id)
		if selected != claims {
			t.Errorf("%s: %+v selects %q: %v, which claims it: %v", id, filter, check.Name, selected, claims)
		}
		if selected && check.Suite == suite {
			count++
		}
	}
	if count == 0 {
		t.Errorf("%s: %+v selects nothing of %s; labels %s", id, filter, suite, strings.TrimSpace(resolved.Labels))
	}
}

// TestGinkgoKnowsTheSuites wants each suite's test file to import Ginkgo: its command
// passes focus and labels to such packages only, and to any other none, without a word.
func TestGinkgoKnowsTheSuites(t *testing.T) {
	for _, suite := range session.Suites() {
		file := filepath.Join(string(suite), "suite_test.go")
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(parsed.Imports, func(one *ast.ImportSpec) bool { return one.Path.Value == `"github.com/onsi/ginkgo/v2"` }) {
			t.Errorf("%s does not import Ginkgo: `ginkgo --focus quota.rollout ./suites/%s` would run all of it", file, suite)
		}
	}
}
