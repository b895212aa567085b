package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"assay.dev/assay/spec"
)

// Fate is what became of a mutant.
type Fate string

// The fates. A mutant is killed by the check that was to see it, survives if
// that check stayed green, is equivalent if it breaks nothing that the
// requirement promises, and is an error if it could not be tried.
const (
	Killed     Fate = "killed"
	Survived   Fate = "survived"
	Equivalent Fate = "equivalent"
	Error      Fate = "error"
)

// Mutation is how well the suites see what is broken on purpose.
type Mutation struct {
	Mutants  []Mutant `json:"mutants"`
	Score    float64  `json:"score"` // killed of those that are not equivalent, 0 to 1
	Sections []Score  `json:"sections"`
	// Without are the MUSTs that no mutant breaks.
	Without []string `json:"without,omitempty"`
}

// Mutant is one way to break a requirement, as mutants.json keeps it. Level and
// Section are those of the requirement and are filled in.
type Mutant struct {
	ID          string     `json:"id"`
	Requirement string     `json:"requirement"`
	Level       spec.Level `json:"level"`
	Section     string     `json:"section"`
	Result      Fate       `json:"result"`
	Check       string     `json:"check,omitempty"` // that was to see it
	Message     string     `json:"message,omitempty"`
	Seconds     float64    `json:"seconds"`
}

// Score counts the mutants of a section.
type Score struct {
	Section    string  `json:"section"`
	Killed     int     `json:"killed"`
	Survived   int     `json:"survived"`
	Equivalent int     `json:"equivalent"`
	Errors     int     `json:"errors"`
	Score      float64 `json:"score"`
}

// readMutation reads mutants.json. A run that tried no mutants has none.
func readMutation(path string) (*Mutation, error) {
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
		r, known := spec.Lookup(m.Requirement)
		if !known {
			return nil, fmt.Errorf("%s: the mutant %q breaks the unknown requirement %q", path, m.ID, m.Requirement)
		}
		if !slices.Contains([]Fate{Killed, Survived, Equivalent, Error}, m.Result) {
			return nil, fmt.Errorf("%s: the mutant %q has the unknown result %q", path, m.ID, m.Result)
		}
		m.Level, m.Section, m.Message = r.Level, r.Section, redact(m.Message)
		hit[r.ID] = true
	}
	slices.SortFunc(mutants, func(a, b Mutant) int {
		return cmp.Or(cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.ID, b.ID))
	})
	out := &Mutation{Mutants: mutants, Sections: scores(mutants)}
	var all Score
	for _, s := range out.Sections {
		all.Killed, all.Survived, all.Errors = all.Killed+s.Killed, all.Survived+s.Survived, all.Errors+s.Errors
	}
	out.Score = all.rate()
	for _, r := range spec.Requirements() {
		if r.Level == spec.Must && !hit[r.ID] {
			out.Without = append(out.Without, r.ID)
		}
	}
	return out, nil
}

func scores(mutants []Mutant) []Score {
	bySection := map[string]*Score{}
	for _, m := range mutants {
		s := bySection[m.Section]
		if s == nil {
			s = &Score{Section: m.Section}
			bySection[m.Section] = s
		}
		switch m.Result {
		case Killed:
			s.Killed++
		case Survived:
			s.Survived++
		case Equivalent:
			s.Equivalent++
		case Error:
			s.Errors++
		}
	}
	var all []Score
	for _, section := range sections() {
		if s := bySection[section]; s != nil {
			s.Score = s.rate()
			all = append(all, *s)
		}
	}
	return all
}

// rate is the share of killed mutants; one that was not tried counts as not
// killed, an equivalent one not at all. Without mutants it is 0.
func (s Score) rate() float64 {
	tried := s.Killed + s.Survived + s.Errors
	if tried == 0 {
		return 0
	}
	return float64(s.Killed) / float64(tried)
}
