package mutate

import (
	"assay.dev/assay/harness/runs/resultlog"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

// Outcome is what became of a mutant.
type Outcome string

// The outcomes. A survivor is a defect of the suite; Stray is a mutant that was
// seen, and turned checks red that it has nothing to do with; Failed is one that
// could not be applied, judged or undone; Skipped is one whose experiment the target
// cannot make.
const (
	Killed   Outcome = "killed"
	Survived Outcome = "survived"
	Stray    Outcome = "stray"
	Failed   Outcome = "failed"
	Skipped  Outcome = "skipped"
)

// Split tells the results of mutants that were tried from those that were skipped.
func Split(results []Result) (tried, skipped []Result) {
	for _, r := range results {
		if r.Outcome == Skipped {
			skipped = append(skipped, r)
		} else {
			tried = append(tried, r)
		}
	}
	return tried, skipped
}

// Result is what a mutant came to.
type Result struct {
	ID          string  `json:"id"`
	Requirement string  `json:"requirement"`
	What        string  `json:"what"`
	Outcome     Outcome `json:"result"`
	// Text says why it is not killed; Message is the failure that killed it.
	Text    string   `json:"text,omitempty"`
	Message string   `json:"message,omitempty"`
	Red     []string `json:"red,omitempty"` // all checks that went red
	Seconds float64  `json:"seconds"`
	// Digest identifies the mutant as it was written, so that a changed one is
	// tried again, and Revision the specification that it was tried with.
	Digest   string `json:"digest"`
	Revision string `json:"revision,omitempty"`
}

// kills reports whether the result is that of the mutant as it is written now, and the
// mutant was detected.
func (r Result) kills(m mutants.Mutant) bool { return r.Digest == identity(m) && r.Outcome == Killed }

// Known returns what mutants came to in earlier runs with a specification, as far as they are written
// as they were then; those that were skipped are left out. path is the file that
// Engine.Ledger named.
func Known(path string, s *spec.Spec, list []mutants.Mutant) ([]Result, error) {
	kept, err := tried(path, s)
	if err != nil {
		return nil, err
	}
	results := []Result{}
	for _, m := range list {
		if r, ok := kept[m.ID]; ok && r.Digest == identity(m) && r.Outcome != Skipped {
			results = append(results, r)
		}
	}
	return results, nil
}

// tried returns the results of earlier runs with a specification, the last of each mutant,
// by ID.
func tried(path string, s *spec.Spec) (map[string]Result, error) {
	all, err := resultlog.Log[Result]{Path: path}.All()
	if err != nil {
		return nil, err
	}
	last := map[string]Result{}
	for _, r := range all {
		if r.Revision == s.Specification.Feature {
			last[r.ID] = r
		}
	}
	return last, nil
}
