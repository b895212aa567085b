package history

import (
	"errors"
	"fmt"
	"os"
)

// History is a whole history in memory.
type History struct {
	// Header is that of all files; its Kind is empty.
	Header      Header
	Requests    []Request
	Publishes   []Publish
	Records     []Record
	Bounds      []Bounds
	Commits     []Commit
	Deliveries  []Delivery
	Effects     []Effect
	Faults      []Fault
	Pods        []Pod
	Deployments []Deployment
	Events      []KubeEvent
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
	for _, load := range []func() error{
		func() error { return load(dir, &heads, &h.Requests) },
		func() error { return load(dir, &heads, &h.Publishes) },
		func() error { return load(dir, &heads, &h.Records) },
		func() error { return load(dir, &heads, &h.Bounds) },
		func() error { return load(dir, &heads, &h.Commits) },
		func() error { return load(dir, &heads, &h.Deliveries) },
		func() error { return load(dir, &heads, &h.Effects) },
		func() error { return load(dir, &heads, &h.Faults) },
		func() error { return load(dir, &heads, &h.Pods) },
		func() error { return load(dir, &heads, &h.Deployments) },
		func() error { return load(dir, &heads, &h.Events) },
		func() error { return load(dir, &heads, &h.Observers) },
		func() error { return load(dir, &heads, &h.Loads) },
	} {
		if err := load(); err != nil {
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

// load reads the entries of one kind into a slice.
func load[E Entry](dir string, heads *Heads, into *[]E) error {
	header, damage, err := Read(dir, func(e *E) error {
		*into = append(*into, *e)
		return nil
	})
	heads.Add(header, damage)
	return err
}

// Heads collects what Read says about the files of one history.
type Heads struct {
	headers []Header
	damage  []Damage
}

// Add takes the header and the damage of one file.
func (h *Heads) Add(header Header, damage []Damage) {
	if header.Version != 0 { // else the file has none
		header.Kind = ""
		h.headers = append(h.headers, header)
	}
	h.damage = append(h.damage, damage...)
}

// Common returns the header that all files have, and all damage. The error is a
// file of another history, or no header at all.
func (h *Heads) Common() (Header, []Damage, error) {
	if len(h.headers) == 0 {
		return Header{}, h.damage, errNoHistory
	}
	first := h.headers[0]
	for _, other := range h.headers[1:] {
		if other.Run != first.Run || other.Experiment != first.Experiment || !other.Base.Equal(first.Base) || other.Seed != first.Seed {
			return first, h.damage, fmt.Errorf("files of two histories: %s/%s and %s/%s", first.Run, first.Experiment, other.Run, other.Experiment)
		}
	}
	return first, h.damage, nil
}

// Write appends an entry, like Writer.Write, but in memory. It must not be
// called from two goroutines at once.
func (h *History) Write(e Entry) error {
	if err := e.check(); err != nil {
		return fmt.Errorf("write to %s: %w", e.kind(), err)
	}
	switch e := e.(type) {
	case Request:
		h.Requests = append(h.Requests, e)
	case Publish:
		h.Publishes = append(h.Publishes, e)
	case Record:
		h.Records = append(h.Records, e)
	case Bounds:
		h.Bounds = append(h.Bounds, e)
	case Commit:
		h.Commits = append(h.Commits, e)
	case Delivery:
		h.Deliveries = append(h.Deliveries, e)
	case Effect:
		h.Effects = append(h.Effects, e)
	case Fault:
		h.Faults = append(h.Faults, e)
	case Pod:
		h.Pods = append(h.Pods, e)
	case Deployment:
		h.Deployments = append(h.Deployments, e)
	case KubeEvent:
		h.Events = append(h.Events, e)
	case Observer:
		h.Observers = append(h.Observers, e)
	case Load:
		h.Loads = append(h.Loads, e)
	default:
		return fmt.Errorf("write to a history: %T is no entry as a value", e)
	}
	return nil
}

// Save writes a history to a directory, as its observers would have.
func (h *History) Save(dir string) error {
	w, err := Create(dir, h.Header)
	if err != nil {
		return err
	}
	err = errors.Join(
		save(w, h.Requests), save(w, h.Publishes), save(w, h.Records), save(w, h.Bounds),
		save(w, h.Commits), save(w, h.Deliveries), save(w, h.Effects), save(w, h.Faults),
		save(w, h.Pods), save(w, h.Deployments), save(w, h.Events), save(w, h.Observers),
		save(w, h.Loads))
	return errors.Join(err, w.Close())
}

func save[E Entry](w *Writer, entries []E) error {
	for _, e := range entries {
		if err := w.Write(e); err != nil {
			return err
		}
	}
	return nil
}
