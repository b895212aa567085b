// Package recording changes what a saved experiment holds, as if the platform had
// done so or the observers had seen it. The checks of a suite then judge it by the
// same code as an experiment that was recorded just now.
package recording

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/anomaly"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

// Recording is a saved experiment in memory.
type Recording struct {
	history *history.History
	rules   judge.Rules
	// raws are the captured bytes by their digest, nil if none were kept.
	raws map[string]observe.Capture
	// seen is what else was kept, by member, nil if nothing was.
	seen map[string]json.RawMessage
	spec *spec.Spec
}

// Open reads the experiment in the directory of its history. A damaged one is an
// error.
func Open(s *spec.Spec, dir string) (*Recording, error) {
	h, err := history.Open(dir)
	if err != nil {
		return nil, err
	}
	if len(h.Damage) > 0 {
		return nil, fmt.Errorf("the recording in %s is damaged: %v", dir, h.Damage)
	}
	r := &Recording{history: h, spec: s}
	if r.rules, err = judge.SavedRules(dir, judge.FromSpec(s)); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, recordings.SeenFile)); errors.Is(err, fs.ErrNotExist) {
		return r, nil // a history alone
	}
	captures, err := recordings.Open(dir, &r.seen)
	if err != nil {
		return nil, err
	}
	r.raws = map[string]observe.Capture{}
	for _, c := range captures {
		r.raws[c.SHA256] = c
	}
	return r, nil
}

// Save writes the experiment into a new directory.
func (r *Recording) Save(dir string) error {
	var captures []observe.Capture
	if len(r.raws) > 0 {
		captures = r.captures() // these may name records again
	}
	if err := r.history.Save(dir); err != nil {
		return err
	}
	if r.seen == nil {
		return nil
	}
	return recordings.Save(dir, captures, r.seen)
}

// captures are the records with their bytes. A record with a digest that no bytes
// have, which an anomaly made up, gets bytes that nobody has published.
func (r *Recording) captures() []observe.Capture {
	byID := map[string]observe.Capture{}
	for _, c := range r.raws {
		if c.ID != "" {
			byID[c.ID] = c
		}
	}
	captures := make([]observe.Capture, 0, len(r.history.Records))
	for i := range r.history.Records {
		record := &r.history.Records[i]
		c, known := r.raws[record.SHA256]
		if !known {
			c = byID[record.ID]
			c.Raw = append(slices.Clone(c.Raw), ' ')
			c.Read(nil, observe.Form{})
			record.SHA256, record.Size = c.SHA256, c.Size // the rest of what the anomaly says stands
		}
		captures = append(captures, observe.Capture{Record: *record, Raw: c.Raw, Headers: c.Headers})
	}
	return captures
}

// Change changes the experiment as a mutant says. It fails where there is nothing
// of the kind that is to be changed.
func (r *Recording) Change(step mutants.Recording) error {
	if step.Inject != "" {
		return r.inject(step)
	}
	pick := picker{step: step, changed: new(int)}
	if step.During != "" {
		var window struct{ From, To history.Nanos }
		if err := json.Unmarshal(r.seen[step.During], &window); err != nil {
			return fmt.Errorf("read the window %s: %w", step.During, err)
		}
		pick.from, pick.to = window.From, window.To
	}
	if err := r.list(pick); err != nil {
		return err
	}
	if len(step.JSON) > 0 && !step.Repeat && *pick.changed == 0 {
		return fmt.Errorf("the step changes nothing: what it chooses of %s is so already", step.List)
	}
	return nil
}

// inject injects an anomaly in the history.
func (r *Recording) inject(step mutants.Recording) error {
	kind := anomaly.ByName(step.Inject)
	if kind == nil {
		return fmt.Errorf("there is no anomaly %s", step.Inject)
	}
	injected, _ := kind.Inject(r.history, r.rules, step.Seed)
	if injected == nil {
		return fmt.Errorf("the history has nothing that %s could change", step.Inject)
	}
	r.history = injected
	return nil
}
