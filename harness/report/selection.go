package report

import (
	"fmt"
	"slices"
	"strings"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// Selection is what a run selected of the specification: a verdict speaks of nothing
// else.
type Selection struct {
	Faults   Part      `json:"faults"` // those that were exercised
	Selected Part      `json:"selected"`
	Sections []Section `json:"sections"`
	// Commands run what was not selected and what was selected and did not run.
	Commands []string `json:"commands,omitempty"`
}

// Part is so many of all that the target can be judged by.
type Part struct {
	N  int `json:"n"`
	Of int `json:"of"`
}

func (p Part) String() string { return fmt.Sprintf("%d of %d", p.N, p.Of) }

// Section is what a run selected of a section of the specification.
type Section struct {
	Name     string `json:"name"`
	Selected Part   `json:"selected"`
	Passed   int    `json:"passed"`
	// Commands run what was not selected.
	Commands []string `json:"commands,omitempty"`
}

// mostIDs is how many requirements a command names one by one where a shorter filter
// selects the same.
const mostIDs = 8

// selection counts what the run selected.
func (r *Report) selection(specified *spec.Spec) Selection {
	s := Selection{Sections: []Section{}}
	for _, name := range specified.Sections() {
		section := Section{Name: name}
		rest := map[spec.Suite][]string{}
		for _, one := range r.Requirements {
			if one.Section != name || one.Result == NotApplicable {
				continue
			}
			section.Selected.Of++
			switch {
			case !one.Asked:
				rest[one.Suite] = append(rest[one.Suite], one.ID)
			default:
				section.Selected.N++
				if one.Result == judge.Pass {
					section.Passed++
				}
			}
		}
		for _, suite := range sortedKeys(rest) {
			section.Commands = append(section.Commands, r.rest(suite, rest[suite]))
		}
		for _, command := range section.Commands {
			if !slices.Contains(s.Commands, command) {
				s.Commands = append(s.Commands, command)
			}
		}
		s.Selected.N, s.Selected.Of = s.Selected.N+section.Selected.N, s.Selected.Of+section.Selected.Of
		s.Sections = append(s.Sections, section)
	}
	s.Faults = r.exercised(specified.Faults)
	return s
}

// exercised counts the faults that were injected and came to a verdict.
func (r *Report) exercised(faults []spec.Fault) Part {
	var p Part
	for _, f := range faults {
		at := slices.IndexFunc(r.Requirements, func(one Requirement) bool { return one.ID == f.Requirement })
		if at < 0 || r.Requirements[at].Result == NotApplicable {
			continue
		}
		p.Of++
		ran := []judge.Result{judge.Pass, judge.Fail, judge.Inconclusive}
		if one := &r.Requirements[at]; one.Asked && slices.Contains(ran, one.found()) {
			p.N++
		}
	}
	return p
}

// rest is a command that selects some requirements of a suite that were left out: the
// suite if it was left out as a whole, the opposite of its label filter, or the
// requirements one by one.
func (r *Report) rest(suite spec.Suite, ids []string) string {
	selected := slices.ContainsFunc(r.Requirements, func(one Requirement) bool { return one.Suite == suite && one.Asked })
	if !selected {
		return suiteCommand(r.Run.Target, suite, "", "")
	}
	filter, found := "", false
	for _, s := range r.Suites {
		if s.Name == suite {
			filter, found = labelsOf(s.Filter)
		}
	}
	if found && filter != "" && len(ids) > mostIDs {
		return suiteCommand(r.Run.Target, suite, "LABELS", "!("+filter+")")
	}
	return suiteCommand(r.Run.Target, suite, "LABELS", strings.Join(ids, " || "))
}
