package report

import (
	"slices"
	"strings"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// leaveOut are commands that select what the run selected but for the MUSTs that were
// skipped because the target lacks a capability. A skipped MUST keeps a run from being
// green; who knows that the target cannot show it leaves it out on purpose, and the
// verdict then says that it was not selected.
func (r *Report) leaveOut() []string {
	filters := map[spec.Suite]string{}
	for _, s := range r.Suites {
		if filter, ok := labelsOf(s.Filter); ok {
			filters[s.Name] = filter
		}
	}
	var excluded []string
	bySuite := map[spec.Suite][]string{}
	for _, one := range r.Requirements {
		if _, known := filters[one.Suite]; known && one.Asked && one.Level == spec.Must && one.Result == judge.Skipped && one.Capability != "" && !one.SkipAccepted {
			excluded = append(excluded, "!"+one.ID)
			bySuite[one.Suite] = append(bySuite[one.Suite], "!"+one.ID)
		}
	}
	if len(excluded) == 0 {
		return nil
	}
	if filter, same := r.oneFilter(filters); same && r.Run.Target == spec.Kind {
		return []string{"make e2e-kind LABELS=" + quote(and(filter, excluded))}
	}
	var commands []string
	for _, suite := range sortedKeys(bySuite) {
		commands = append(commands, suiteCommand(r.Run.Target, suite, "LABELS", and(filters[suite], bySuite[suite])))
	}
	return commands
}

// labelsOf returns the label filter that alone chose among a suite's checks, empty if
// nothing did. It reports false where something else chose, too.
func labelsOf(filter string) (string, bool) {
	if filter == "" {
		return "", true
	}
	labels, found := strings.CutPrefix(filter, "labels ")
	return labels, found && !strings.Contains(labels, ", ")
}

// oneFilter returns the label filter that all suites of the specification ran with, and
// whether there is one.
func (r *Report) oneFilter(filters map[spec.Suite]string) (string, bool) {
	suites := []spec.Suite{spec.Provisioning, spec.Quotas, spec.Eventing, spec.Chaos}
	filter := filters[spec.Chaos]
	same := !slices.ContainsFunc(suites, func(suite spec.Suite) bool {
		other, ran := filters[suite]
		return !ran || other != filter
	})
	return filter, same && filter != ""
}

// and joins a label filter and conditions.
func and(filter string, conditions []string) string {
	if filter != "" {
		conditions = append([]string{"(" + filter + ")"}, conditions...)
	}
	return strings.Join(conditions, " && ")
}
