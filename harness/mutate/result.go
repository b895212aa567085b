package mutate

import (
	"assay.dev/assay/harness/runs/resultlog"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

// Status is the result of a mutant.
type Status string

// The statuses. A survivor is a defect of the suite; Collateral is a mutant that was
// detected, and turned checks red that it has nothing to do with; Failed is one that
// could not be applied, judged or undone; Skipped is one whose experiment the target
// cannot make.
const (
	Killed     Status = "killed"
	Survived   Status = "survived"
	Collateral Status = "collateral"
	Failed     Status = "failed"
	Skipped    Status = "skipped"
	// Unnoticed is a harmless change because of which nothing is red, as it has to be,
	// FalseAlarm one that turns a check red.
	Unnoticed  Status = "unnoticed"
	FalseAlarm Status = "false alarm"
)

// Split tells the results of mutants that were tried from those that were skipped.
func Split(results []Result) (tried, skipped []Result) {
	for _, r := range results {
		if r.Status == Skipped {
			skipped = append(skipped, r)
		} else {
			tried = append(tried, r)
		}
	}
	return tried, skipped
}

// Result is what a mutant came to.
type Result struct {
	ID          string `json:"id"`
	Requirement string `json:"requirement"`
	What        string `json:"what"`
	Status      Status `json:"result"`
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
func (r Result) kills(m mutants.Mutant) bool { return r.Digest == identity(m) && r.Status == Killed }

// Known returns what mutants came to in earlier runs with a specification, as far as they are written
// as they were then; those that were skipped are left out. path is the file that
// Engine.ResultLog named.
func Known(path string, s *spec.Spec, list []mutants.Mutant) ([]Result, error) {
	known, err := tried(path, s)
	if err != nil {
		return nil, err
	}
	results := []Result{}
	for _, m := range list {
		if r, ok := known[m.ID]; ok && r.Digest == identity(m) && r.Status != Skipped {
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
