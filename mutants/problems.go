package mutants

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"assay.dev/assay/spec"
)

// excuses notes what is wrong with the requirements that are said to have no mutant.
func (l *loader) excuses() {
	check := func(list, id, why string) {
		if _, ok := l.spec.Lookup(id); !ok || strings.TrimSpace(why) == "" {
			l.problems = append(l.problems, fmt.Errorf("%s %q: name a requirement and state why it has no mutant", list, id))
		}
	}
	for _, e := range l.all.Equivalents {
		check("equivalent", e.Requirement, e.Why)
	}
	for _, u := range l.all.Uncovered {
		for _, id := range u.Requirements {
			check("uncovered", id, u.Why)
		}
	}
}

// problems lists what is wrong with a mutant as it is written.
func (m Mutant) problems(s *spec.Spec) []string {
	var found []string
	if _, ok := s.Lookup(m.Requirement); !ok {
		found = append(found, fmt.Sprintf("there is no requirement %q", m.Requirement))
	}
	if !strings.HasPrefix(m.ID, m.Requirement+"-") {
		found = append(found, fmt.Sprintf("the ID must start with %s-", m.Requirement))
	}
	for _, id := range m.Also {
		if _, ok := s.Lookup(id); !ok {
			found = append(found, fmt.Sprintf("also: there is no requirement %q", id))
		}
	}
	if m.What == "" || m.Message == "" || len(m.Apply) == 0 {
		found = append(found, "what, message and apply must be given")
	}
	if _, err := regexp.Compile(m.Message); err != nil {
		found = append(found, err.Error())
	}
	for i, step := range m.Apply {
		for _, problem := range step.problems() {
			found = append(found, fmt.Sprintf("apply[%d]%s", i, problem))
		}
		if r := step.Recording; r != nil && r.Experiment != m.Experiment() {
			found = append(found, fmt.Sprintf("apply[%d] is about %s, another step about %s", i, r.Experiment, m.Experiment()))
		}
		if place := (Mutant{Apply: []Step{step}}).Place(); place != m.Place() {
			found = append(found, fmt.Sprintf("apply[%d] changes the %s, another step the %s", i, place, m.Place()))
		}
	}
	return found
}

// problems lists what is wrong with a step.
func (s Step) problems() []string {
	var found []string
	set := count(s.Patch != nil, s.Delete != nil, s.Create != nil, s.Restart != nil, s.Expire != nil, s.Causes != nil, s.Rewrite != nil, s.Cloud != nil, s.File != nil, s.Recording != nil)
	if set != 1 {
		found = append(found, fmt.Sprintf(" has %d kinds of change, want one", set))
	}
	if rollout := s.rollout(); !slices.Contains([]Rollout{"", Started, Running, Complete}, rollout) {
		found = append(found, fmt.Sprintf(": rollout is %q; use %s, %s or %s", rollout, Started, Running, Complete))
	}
	if l := s.Rewrite; l != nil {
		if count(l.Absent, len(l.JSON) > 0, l.Override != nil) != 1 {
			found = append(found, ": rewrite hides the object, changes it, or overrides what it answers")
		}
		if count(l.Name != "", l.Labels != "") != 1 {
			found = append(found, ": name the object to rewrite, or its labels")
		}
	}
	if s.Recording != nil {
		found = append(found, s.Recording.problems()...)
	}
	if f := s.File; f != nil && (f.Replace == "" || f.Replace == f.By ||
		!strings.HasPrefix(f.Path, SpecificationDir) && !strings.HasPrefix(f.Path, configurationDir)) {
		found = append(found, fmt.Sprintf(": change a file below %s or %s, from one text to another", SpecificationDir, configurationDir))
	}
	return found
}

func (s Step) rollout() Rollout {
	switch {
	case s.Patch != nil:
		return s.Patch.Rollout
	case s.Restart != nil:
		return s.Restart.Rollout
	}
	return ""
}

func count(these ...bool) int {
	set := 0
	for _, is := range these {
		if is {
			set++
		}
	}
	return set
}
