package suites

import (
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

// causeForm is a command that runs several checks of one suite again.
var causeForm = regexp.MustCompile(`^make test-([a-z]+)(?: (FOCUS|LABELS)='([^']+)')?$`)

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
			for _, name := range selection(t, checks, command) {
				selected[name] = true
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

// selection returns the names of the checks that a command of a report selects.
func selection(t *testing.T, checks []suitereport.Listed, command string) []string {
	t.Helper()
	filter, suite := session.Filter{}, spec.Provisioning
	if m := causeForm.FindStringSubmatch(command); m != nil {
		suite = spec.Suite(m[1])
		if m[2] == "FOCUS" {
			filter.Focus = m[3]
		} else {
			filter.Labels = m[3]
		}
	} else if m := goForm.FindStringSubmatch(command); m != nil {
		filter.Labels = m[1]
	} else {
		t.Errorf("nobody can tell what %q selects", command)
		return nil
	}
	resolved, err := filter.Resolve(todo.Must())
	if err != nil {
		t.Errorf("%q: %v", command, err)
		return nil
	}
	matches, err := types.ParseLabelFilter(resolved.Labels)
	if err != nil {
		t.Errorf("%q: %v", command, err)
		return nil
	}
	var names []string
	for _, check := range checks {
		if check.Suite == suite && matches(check.Labels) {
			names = append(names, check.Name)
		}
	}
	return names
}

var (
	makeForm = regexp.MustCompile(`^make test-([a-z]+) FOCUS='([^']+)'$`)
	goForm   = regexp.MustCompile(`^go test -count=1 \./suites/provisioning/oci -run TestOCI -ginkgo\.label-filter='([^']+)'$`)
)

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
		var suite spec.Suite
		filter := session.Filter{}
		if m := makeForm.FindStringSubmatch(one.Command); m != nil {
			suite, filter.Focus = spec.Suite(m[1]), m[2]
		} else if m := goForm.FindStringSubmatch(one.Command); m != nil {
			suite, filter.Labels = spec.Provisioning, m[1]
		} else {
			t.Errorf("%s: nobody can tell what %q selects", one.ID, one.Command)
			continue
		}
		selects(t, checks, filter, suite, one.ID)
	}
	for _, f := range todo.Must().Faults {
		selects(t, checks, session.Filter{Focus: f.Name}, spec.Chaos, f.Requirement)
	}
}

// selects fails unless a filter leaves exactly the checks that claim a requirement, as
// Ginkgo's own filter reads it, and the suite is the one that is run for it.
func selects(t *testing.T, checks []suitereport.Listed, filter session.Filter, suite spec.Suite, id string) {
	t.Helper()
	resolved, err := filter.Resolve(todo.Must())
	if err != nil {
		t.Errorf("%s: %v", id, err)
		return
	}
	matches, err := types.ParseLabelFilter(resolved.Labels)
	if err != nil || resolved.Focus != "" {
		t.Errorf("%s: %+v, %v", id, resolved, err)
		return
	}
	if suites := resolved.Suites(todo.Must(), session.Suites()); !slices.Equal(suites, []spec.Suite{suite}) {
		t.Errorf("%s: %+v runs %v, want %s", id, filter, suites, suite)
	}
	count := 0
	for _, check := range checks {
		selected, claims := matches(check.Labels), slices.Contains(check.Labels, id)
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
