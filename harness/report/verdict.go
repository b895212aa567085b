package report

import (
	"fmt"
	"slices"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// judge decides on the run as a whole.
func (r *Report) judge() {
	r.Reasons = slices.Concat(r.brokenMusts(), r.brokenSuites(), r.brokenExperiments(), r.survivors())
	asked := slices.ContainsFunc(r.Requirements, func(one Requirement) bool { return one.Asked })
	if !asked && (r.Mutation == nil || len(r.Mutation.Mutants) == 0) {
		r.Reasons = append(r.Reasons, "nothing was judged")
	}
	r.Verdict = Green
	if len(r.Reasons) > 0 {
		r.Verdict = Red
	}
	leftOut := 0
	for _, one := range r.Requirements {
		if !one.Asked && one.Result != NotApplicable {
			leftOut++
		}
	}
	if leftOut > 0 {
		r.Partial = fmt.Sprintf("not asked for: %d of %d requirements", leftOut, len(r.Requirements))
	}
}

// brokenMusts lists each MUST that is neither passed nor honestly skipped. Those
// that share a reason share a line.
func (r *Report) brokenMusts() []string {
	var order []string
	ids := map[string][]string{}
	for _, result := range results {
		for _, one := range r.Requirements {
			if one.Result != result || one.Level != spec.Must || one.accepted() {
				continue
			}
			text := string(one.Result)
			if one.Reason != "" {
				text += ": " + one.Reason
			}
			if one.Result == judge.Skipped {
				text += " (names no capability that the target lacks)"
			}
			if ids[text] == nil {
				order = append(order, text)
			}
			ids[text] = append(ids[text], one.ID)
		}
	}
	var reasons []string
	for _, text := range order {
		who := ids[text][0]
		if more := len(ids[text]) - 1; more > 0 {
			who += fmt.Sprintf(" and %d more", more)
		}
		reasons = append(reasons, who+": "+text)
	}
	return reasons
}

func (r *Report) brokenSuites() []string {
	var reasons []string
	for _, s := range r.Suites {
		for _, failure := range s.Failures {
			reasons = append(reasons, fmt.Sprintf("suite %s: %s", s.Name, failure))
		}
		if !s.Succeeded && len(s.Failures) == 0 && !r.explains(s) {
			reasons = append(reasons, fmt.Sprintf("suite %s: failed, and no check says why", s.Name))
		}
	}
	return reasons
}

// explains reports whether a requirement shows why a suite failed. A SHOULD that
// is broken fails its suite and not the run.
func (r *Report) explains(s Suite) bool {
	return slices.ContainsFunc(r.Requirements, func(one Requirement) bool {
		return one.Suite == s.Name && one.Asked && !one.accepted()
	})
}

// brokenExperiments lists experiments that no requirement accounts for.
func (r *Report) brokenExperiments() []string {
	var reasons []string
	for _, e := range r.Experiments {
		if e.Result == judge.Pass || e.Result == judge.Skipped {
			continue
		}
		shown := slices.ContainsFunc(r.Requirements, func(one Requirement) bool {
			return one.Result == e.Result && one.Asked && e.names(one.ID)
		})
		if shown {
			continue
		}
		text := fmt.Sprintf("experiment %s: %s", e.Name, e.Result)
		if len(e.Reasons) > 0 {
			text += ": " + e.Reasons[0]
		}
		reasons = append(reasons, text)
	}
	return reasons
}

// names reports whether the experiment's fault or a guarantee that is not kept
// names the requirement.
func (e *Experiment) names(id string) bool {
	return slices.ContainsFunc(e.Faults, func(f Fault) bool { return f.Requirement == id }) ||
		slices.ContainsFunc(e.Guarantees, func(g judge.Guarantee) bool {
			return g.Result == e.Result && slices.Contains(g.Requirements, id)
		})
}

// survivors lists mutants of a MUST that the suites did not catch.
func (r *Report) survivors() []string {
	if r.Mutation == nil {
		return nil
	}
	var reasons []string
	for _, m := range r.Mutation.Mutants {
		if m.Level == spec.Must && m.Result != Killed {
			reasons = append(reasons, fmt.Sprintf("mutant %s of %s: %s: %s", m.ID, m.Requirement, m.Result, m.Text))
		}
	}
	return reasons
}

// count counts the requirements by level and result.
func count(requirements []Requirement) []Count {
	counts := []Count{{Level: spec.Must}, {Level: spec.Should}, {Level: spec.May}}
	for _, one := range requirements {
		c := &counts[slices.IndexFunc(counts, func(c Count) bool { return c.Level == one.Level })]
		switch {
		case one.Result == NotApplicable:
			c.NotApplicable++
			continue
		case !one.Asked:
			c.LeftOut++
			continue
		}
		c.Total++
		switch one.Result {
		case judge.Pass:
			c.Pass++
		case judge.Fail:
			c.Fail++
		case judge.Inconclusive:
			c.Inconclusive++
		case judge.Skipped:
			c.Skipped++
		default:
			c.NotRun++
		}
	}
	return counts
}
