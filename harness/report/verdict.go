package report

import (
	"fmt"
	"slices"
	"strings"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/spec"
)

// judge decides on the run as a whole.
func (r *Report) judge() {
	red := slices.Concat(r.musts(judge.Fail), causes(r.brokenSuites()), causes(r.brokenExperiments(judge.Fail)), causes(r.survivors()), causes(r.invalidWaivers()))
	undecided := slices.Concat(r.musts(judge.Inconclusive, judge.NotRun, judge.Skipped), causes(r.brokenExperiments(judge.Inconclusive, judge.NotRun)))
	asked := slices.ContainsFunc(r.Requirements, func(one Requirement) bool { return one.Asked && !one.excusedSkip() })
	if !asked && (r.Mutation == nil || len(r.Mutation.Mutants) == 0) {
		text := "nothing was judged"
		if exceptions := r.Exceptions(); exceptions != "" {
			text += ": all that was selected was skipped (" + exceptions + ")"
		}
		undecided = append(undecided, Cause{Text: text})
	}
	r.Causes, r.Verdict = slices.Concat(red, undecided), Green
	for i := range r.Causes {
		c := &r.Causes[i]
		if c.Verdict = Red; i >= len(red) {
			c.Verdict = Inconclusive
		}
		r.Reasons = append(r.Reasons, c.Text)
	}
	switch {
	case len(red) > 0:
		r.Verdict = Red
	case len(undecided) > 0:
		r.Verdict = Inconclusive
	}
	leftOut, unrecorded := 0, 0
	for _, one := range r.Requirements {
		switch {
		case one.Result == NotRecorded:
			unrecorded++
		case !one.Asked && one.Result != NotApplicable:
			leftOut++
		}
	}
	if leftOut > 0 {
		r.Partial = fmt.Sprintf("not selected: %d of %d requirements", leftOut, len(r.Requirements))
	}
	if unrecorded > 0 {
		r.Partial = fmt.Sprintf("not recorded: %d of %d requirements", unrecorded, len(r.Requirements))
	}
}

// musts lists each selected MUST that ended in one of some results. Those that share a
// cause share a line.
func (r *Report) musts(some ...judge.Result) []Cause {
	var order []string
	ids := map[string][]string{}
	for _, result := range some {
		for _, one := range r.Requirements {
			if one.Result != result || one.Level != spec.Must || one.passed() || one.SkipAccepted {
				continue
			}
			text := string(one.Result)
			if cause := r.cause(&one); cause != "" {
				text += ": " + cause
			} else if one.Reason != "" {
				text += ": " + one.Reason
			}
			if one.Result == judge.Skipped && one.Capability == "" {
				text += " (names no capability that is unsupported here)"
			}
			if ids[text] == nil {
				order = append(order, text)
			}
			ids[text] = append(ids[text], one.ID)
		}
	}
	var all []Cause
	for _, text := range order {
		list := ids[text]
		who := list[0]
		switch more := len(list) - 1; {
		case more > mostIDs:
			who += fmt.Sprintf(" and %d more", more)
		case more > 0:
			who += " and " + strings.Join(list[1:], ", ")
		}
		all = append(all, Cause{Text: who + ": " + text, Requirements: list, Commands: r.again(list)})
	}
	return all
}

// causes are reasons that no requirement accounts for.
func causes(reasons []string) []Cause {
	var all []Cause
	for _, reason := range reasons {
		all = append(all, Cause{Text: reason})
	}
	return all
}

// cause is what an experiment saw that broke the requirement's guarantees, empty for
// another failure. One lost event breaks several guarantees and is one cause.
func (r *Report) cause(one *Requirement) string {
	if one.Result != judge.Fail {
		return ""
	}
	for _, backing := range one.Guarantees {
		if backing.Result != judge.Fail {
			continue
		}
		at := slices.IndexFunc(r.Experiments, func(e Experiment) bool { return e.Name == backing.Experiment })
		if at < 0 {
			continue
		}
		e := &r.Experiments[at]
		mine := e.broken(backing.Guarantee)
		for _, g := range e.Guarantees { // the first guarantee that the same events break
			if same := e.broken(g.Name); len(mine) > 0 && slices.Equal(same, mine) {
				x := g.Violations[0] // an ID is text of the platform and may have lines
				where := "experiment " + e.Name
				if x.Requirement != "" {
					where = x.Requirement + ", " + where
				}
				return firstLine(visible.Line(fmt.Sprintf("%s %s: %s (%s)", x.Class, strings.Join(mine, ", "), x.Text, where)))
			}
		}
	}
	return ""
}

// broken are the objects that break a guarantee in an experiment, none where verdict.json
// does not name all of them.
func (e *Experiment) broken(guarantee string) []string {
	var ids []string
	for _, g := range e.Guarantees {
		if g.Name != guarantee || g.Result != judge.Fail || g.Count != int64(len(g.Violations)) {
			continue
		}
		for _, v := range g.Violations {
			ids = append(ids, v.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (r *Report) brokenSuites() []string {
	var reasons []string
	for _, s := range r.Suites {
		for _, failure := range s.Failures {
			reasons = append(reasons, fmt.Sprintf("suite %s: %s", s.Name, failure))
		}
		if !s.Succeeded && len(s.Failures) == 0 && !r.explains(s) {
			reasons = append(reasons, fmt.Sprintf("suite %s: failed, without a failed check", s.Name))
		}
	}
	return reasons
}

// explains reports whether a requirement shows why a suite failed. A SHOULD that
// is broken fails its suite and not the run. A skipped check fails no suite: where nothing
// else tells of the skip, it must not hide the failure.
func (r *Report) explains(s Suite) bool {
	return slices.ContainsFunc(r.Requirements, func(one Requirement) bool {
		return one.Suite == s.Name && !one.passed() && !one.excusedSkip()
	})
}

// brokenExperiments lists experiments with some results that no requirement accounts
// for.
func (r *Report) brokenExperiments(some ...judge.Result) []string {
	var reasons []string
	for _, e := range r.Experiments {
		if !slices.Contains(some, e.Result) {
			continue
		}
		shown := slices.ContainsFunc(r.Requirements, func(one Requirement) bool {
			return one.Result == e.Result && one.Asked && e.names(one.ID)
		})
		if shown || r.waives(&e) {
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

// waives reports whether all that an experiment is not a pass for is waived: the
// requirement of its fault, which is judged by the whole experiment, or one requirement of
// each guarantee that is not kept.
func (r *Report) waives(e *Experiment) bool {
	waived := func(id string) bool {
		return slices.ContainsFunc(r.Requirements, func(one Requirement) bool {
			return one.ID == id && one.Result == Waived && one.found() == e.Result
		})
	}
	if slices.ContainsFunc(e.Faults, func(f Fault) bool { return waived(f.Requirement) }) {
		return true
	}
	some := false
	for _, g := range e.Guarantees {
		if g.Result != e.Result {
			continue
		}
		if some = slices.ContainsFunc(g.Requirements, waived); !some {
			return false
		}
	}
	return some
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
		case one.Result == NotRecorded:
			c.NotRecorded++
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
		case Waived:
			c.Waived++
		default:
			c.NotRun++
		}
	}
	return counts
}
