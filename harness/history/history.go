package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// History is a whole history in memory.
type History struct {
	// Header is that of all files; its Kind is empty.
	Header      Header
	Requests    []Request
	Publishes   []Publish
	Records     []Record
	Holes       []Hole
	Bounds      []Bounds
	Commits     []Commit
	Groups      []Group
	Moves       []Move
	Deliveries  []Delivery
	Effects     []Effect
	Faults      []Fault
	Pods        []Pod
	Deployments []Deployment
	KubeEvents  []KubeEvent
	Clocks      []ClockPair
	Observers   []Observer
	Loads       []Load
	// Damage is what Open found to be truncated, missing or edited.
	Damage []Damage
}

// Open reads a whole history. A damaged one is read as far as it goes, with what
// is wrong in Damage; the error is what Read returns, or files of different
// histories in one directory.
func Open(dir string) (*History, error) {
	if _, err := os.ReadDir(dir); err != nil {
		return nil, fmt.Errorf("open a history: %w", err)
	}
	h := &History{}
	heads := Heads{}
	for _, r := range table {
		if err := r.load(dir, &heads, h); err != nil {
			return nil, err
		}
	}
	var err error
	if h.Header, h.Damage, err = heads.Common(); err != nil {
		return nil, fmt.Errorf("open the history in %s: %w", dir, err)
	}
	return h, nil
}

var errNoHistory = errors.New("no history")

// Heads collects what Read says about the files of one history.
type Heads struct {
	headers []Header
	damage  []Damage
	// absent are the kinds without a file. A history of an older version has no
	// files of kinds that came later.
	absent []Kind
}

// add takes the header and the damage of one file.
func (h *Heads) add(kind Kind, header Header, damage []Damage) {
	if header.Version != 0 { // else the file has none
		header.Kind = ""
		h.headers = append(h.headers, header)
	}
	if len(damage) == 1 && damage[0].Text == missing {
		h.absent = append(h.absent, kind)
		return
	}
	h.damage = append(h.damage, damage...)
}

// missing is the damage of a file that is not there.
const missing = "the file is missing"

// absences are the missing files that a history of a version has to have.
func (h *Heads) absences(version int) []Damage {
	var all []Damage
	for _, r := range table {
		if r.since <= version && slices.Contains(h.absent, r.kind) {
			all = append(all, Damage{File: filepath.Base(r.kind.path("")), Text: missing})
		}
	}
	return all
}

// Common returns the header that all files have, and all damage. The error is a
// file of another history, or no header at all.
func (h *Heads) Common() (Header, []Damage, error) {
	if len(h.headers) == 0 {
		return Header{}, h.damage, errNoHistory
	}
	first := h.headers[0]
	h.damage = append(h.absences(first.Version), h.damage...)
	for _, other := range h.headers[1:] {
		if other.Version != first.Version {
			return first, h.damage, fmt.Errorf("files of the versions %d and %d", first.Version, other.Version)
		}
		if other.Run != first.Run || other.Experiment != first.Experiment || !other.Base.Equal(first.Base) || other.Seed != first.Seed {
			return first, h.damage, fmt.Errorf("files of two histories: %s/%s and %s/%s", first.Run, first.Experiment, other.Run, other.Experiment)
		}
	}
	return first, h.damage, nil
}

// Write appends an entry, like Writer.Write, but in memory. It must not be
// called from two goroutines at once.
func (h *History) Write(e Entry) error {
	if err := e.validate(); err != nil {
		return fmt.Errorf("write to %s: %w", e.kind(), err)
	}
	for _, r := range table {
		if r.kind == e.kind() && r.append(h, e) {
			return nil
		}
	}
	return fmt.Errorf("write to a history: %T is no entry as a value", e)
}

// Each hands a pointer to each entry to a function, kind by kind in the order of
// Kinds, as Visit does.
func (h *History) Each(to func(entry any)) {
	for _, r := range table {
		r.each(h, to)
	}
}

// Save writes a history to a directory, as its observers would have.
func (h *History) Save(dir string) error {
	w, err := Create(dir, h.Header)
	if err != nil {
		return err
	}
	var problems []error
	h.Each(func(entry any) { problems = append(problems, w.writeAny(entry)) })
	return errors.Join(append(problems, w.Close())...)
}
