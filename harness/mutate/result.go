package mutate

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"assay.dev/assay/mutants"
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
	// tried again.
	Digest string `json:"digest"`
}

// Known returns what mutants came to in earlier runs, as far as they are written
// as they were then; those that were skipped are left out. path is the file that Engine.Ledger named.
func Known(path string, list []mutants.Mutant) ([]Result, error) {
	kept, err := ledger{path}.read()
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

// ledger keeps results as they come, so that a run can be taken up again.
type ledger struct{ path string }

// read returns the results of earlier runs, the last of each mutant, by ID. A
// line that an interrupt cut short is left out.
func (l ledger) read() (map[string]Result, error) {
	results := map[string]Result{}
	file, err := os.Open(l.path)
	if errors.Is(err, os.ErrNotExist) {
		return results, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the results of earlier mutants: %w", err)
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r Result
		if json.Unmarshal(lines.Bytes(), &r) == nil && r.ID != "" {
			results[r.ID] = r
		}
	}
	return results, lines.Err()
}

// add appends a result.
func (l ledger) add(r Result) error {
	content, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("keep a result: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(l.path), 0o755); err != nil {
		return fmt.Errorf("keep a result: %w", err)
	}
	file, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("keep a result: %w", err)
	}
	_, err = file.Write(append(content, '\n'))
	return errors.Join(err, file.Close())
}
