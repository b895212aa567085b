package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	known "assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

// MutantStatus is what became of a mutant.
type MutantStatus string

// The statuses. A mutant is killed by the check that was to see it, survives if
// that check stayed green, is a collateral failure if checks that it has nothing to do with went
// red too, and has failed if it could not be tried.
const (
	Killed     MutantStatus = "killed"
	Survived   MutantStatus = "survived"
	Collateral MutantStatus = "collateral"
	Failed     MutantStatus = "failed"
)

// Mutation is how well the suites see what is broken on purpose.
type Mutation struct {
	Mutants  []Mutant `json:"mutants"`
	Killed   int      `json:"killed"` // of all that were tried
	Sections []Tally  `json:"sections"`
	// Without are the MUSTs that no mutant of this run breaks and none needs to.
	Without []string `json:"without,omitempty"`
	// Equivalents are the requirements that no mutant can break.
	Equivalents []Equivalent `json:"equivalents,omitempty"`
}

// Equivalent is a requirement that no mutant can break, and why.
type Equivalent struct {
	Requirement string `json:"requirement"`
	Why         string `json:"why"`
}

// Mutant is one way to break a requirement, as mutants.json keeps it. Level and
// Section are those of the requirement and are filled in.
type Mutant struct {
	ID          string       `json:"id"`
	Requirement string       `json:"requirement"`
	Level       spec.Level   `json:"level"`
	Section     string       `json:"section"`
	What        string       `json:"what,omitempty"` // is broken
	Result      MutantStatus `json:"result"`
	Text        string       `json:"text,omitempty"`    // why it was not killed
	Message     string       `json:"message,omitempty"` // the failure that killed it
	Red         []string     `json:"red,omitempty"`     // all checks that went red
	Seconds     float64      `json:"seconds"`
}

// Tally counts the mutants of a section. There is no score: a number does not say
// what to fix.
type Tally struct {
	Section    string `json:"section"`
	Killed     int    `json:"killed"`
	Survived   int    `json:"survived"`
	Collateral int    `json:"collateral"`
	Failed     int    `json:"failed"`
}

// readMutation reads mutants.json. A run that tried no mutants has none.
func readMutation(s *spec.Spec, path string) (*Mutation, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the mutants: %w", err)
	}
	var mutants []Mutant
	if err := json.Unmarshal(content, &mutants); err != nil {
		return nil, fmt.Errorf("read the mutants in %s: %w", path, err)
	}
	hit := map[string]bool{}
	for i := range mutants {
		m := &mutants[i]
		r, known := s.Lookup(m.Requirement)
		if !known {
			return nil, fmt.Errorf("%s: the mutant %q breaks the unknown requirement %q", path, m.ID, m.Requirement)
		}
		if !slices.Contains([]MutantStatus{Killed, Survived, Collateral, Failed}, m.Result) {
			return nil, fmt.Errorf("%s: the mutant %q has the unknown result %q", path, m.ID, m.Result)
		}
		m.Level, m.Section = r.Level, r.Section
		m.Text, m.Message = firstLine(redact(m.Text)), reason(redact(m.Message))
		hit[r.ID] = true
	}
	slices.SortFunc(mutants, func(a, b Mutant) int {
		return cmp.Or(cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.ID, b.ID))
	})
	out := &Mutation{Mutants: mutants, Sections: tally(s.Sections(), mutants)}
	for _, section := range out.Sections {
		out.Killed += section.Killed
	}
	_, equivalents, err := known.Load(s)
	if err != nil {
		return nil, fmt.Errorf("read which requirements no mutant can break: %w", err)
	}
	for _, e := range equivalents {
		hit[e.Requirement] = true
		out.Equivalents = append(out.Equivalents, Equivalent{e.Requirement, e.Why})
	}
	for _, r := range s.Requirements {
		if r.Level == spec.Must && !hit[r.ID] {
			out.Without = append(out.Without, r.ID)
		}
	}
	return out, nil
}

func tally(sections []string, mutants []Mutant) []Tally {
	bySection := map[string]*Tally{}
	for _, m := range mutants {
		s := bySection[m.Section]
		if s == nil {
			s = &Tally{Section: m.Section}
			bySection[m.Section] = s
		}
		switch m.Result {
		case Killed:
			s.Killed++
		case Survived:
			s.Survived++
		case Collateral:
			s.Collateral++
		case Failed:
			s.Failed++
		}
	}
	var all []Tally
	for _, section := range sections {
		if s := bySection[section]; s != nil {
			all = append(all, *s)
		}
	}
	return all
}
