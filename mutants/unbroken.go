package mutants

import (
	"regexp"
	"slices"

	"assay.dev/assay/spec"
)

// Unbroken is a requirement that no mutant of a specification breaks, and why. Equivalent
// says that none could be told from the platform as it is; all others are not known to be
// checked, and count as not killed.
type Unbroken struct {
	Requirement string
	Level       spec.Level
	Why         string
	Equivalent  bool
}

// LoadUnbroken returns the requirements of a specification that no mutant breaks, in their
// order: those that are said to have none, and those for which the specification lacks what
// would be broken.
func LoadUnbroken(s *spec.Spec) ([]Unbroken, error) {
	all, err := load(s, files)
	if err != nil {
		return nil, err
	}
	return all.unbroken(s), nil
}

// unbroken are the requirements that none of the mutants breaks.
func (all set) unbroken(s *spec.Spec) []Unbroken {
	broken := map[string]bool{}
	for _, m := range all.Mutants {
		broken[m.Requirement] = true
	}
	var list []Unbroken
	for _, r := range s.Requirements {
		if !broken[r.ID] {
			list = append(list, all.reason(r))
		}
	}
	return list
}

// reason is why no mutant breaks a requirement.
func (all set) reason(r spec.Requirement) Unbroken {
	u := Unbroken{Requirement: r.ID, Level: r.Level}
	for _, e := range all.Equivalents {
		if e.Requirement == r.ID {
			u.Why, u.Equivalent = e.Why, true
			return u
		}
	}
	for _, uncovered := range all.Uncovered {
		if slices.Contains(uncovered.Requirements, r.ID) {
			u.Why = uncovered.Why
			return u
		}
	}
	for _, e := range all.entries {
		if r.Template != "" && anonymous(e.requirement) == anonymous(r.Template) || e.requirement == r.ID {
			u.Why = e.why
			return u
		}
	}
	u.Why = "No mutant of assay is for it"
	if r.Template == "" {
		u.Why += ", and no expectation of the load names it"
	}
	u.Why += ": write one in " + OwnFile + " of the specification."
	return u
}

var brace = regexp.MustCompile(`\{[^}]*\}`)

// anonymous is a template of IDs in which the names do not count.
func anonymous(template string) string { return brace.ReplaceAllString(template, "{}") }
