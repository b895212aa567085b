package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// FormatOf is the version of the format of the history in a directory, 0 if there is no
// history. The error is of reading.
func FormatOf(dir string) (int, error) {
	for _, kind := range Kinds() {
		in, err := os.Open(kind.path(dir))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("read the version of a history: %w", err)
		}
		var h Header
		err = json.NewDecoder(io.LimitReader(in, MaxLine)).Decode(&h)
		if err := errors.Join(err, in.Close()); err != nil {
			return 0, fmt.Errorf("read the version of the history in %s: %w", dir, err)
		}
		return h.Version, nil
	}
	return 0, nil
}

// former is an entry whose members had other names before version 3 of the format.
type former interface {
	// readFormer reads the entry by decode, which decodes the present line into a pointer.
	readFormer(decode func(into any) error) error
}

// entry reads the present line, which is of a version of the format.
func (r *lines) entry(into any, version int) error {
	if renamed, ok := into.(former); ok && version < 3 {
		return renamed.readFormer(r.decode)
	}
	return r.decode(into)
}

// Names of what versions 1 and 2 counted in members of their own.
const (
	formerReminders   = "reminders"
	formerOccurrences = "occurrences"
)

// plainRequest is a Request without its methods, as the two below are.
type (
	plainRequest  Request
	plainRecord   Record
	plainDelivery Delivery
)

// FormerRequest is a Request of the versions 1 and 2.
type FormerRequest struct {
	plainRequest
	Task        string `json:"task"`
	Reminders   int    `json:"reminders"`
	Occurrences int    `json:"occurrences"`
}

// Request is the request in the present format.
func (f *FormerRequest) Request() Request {
	r := Request(f.plainRequest)
	r.Key = f.Task
	for name, n := range map[string]int{formerReminders: f.Reminders, formerOccurrences: f.Occurrences} {
		if n == 0 {
			continue
		}
		if r.Counts == nil {
			r.Counts = map[string]int{}
		}
		r.Counts[name] = n
	}
	return r
}

func (r *Request) readFormer(decode func(any) error) error {
	var f FormerRequest
	err := decode(&f)
	*r = f.Request()
	return err
}

// FormerRecord holds the members of a Record that versions 1 and 2 had.
type FormerRecord struct {
	Task   string `json:"task"`
	Action string `json:"action"`
}

func (r *Record) readFormer(decode func(any) error) error {
	var f struct {
		plainRecord
		FormerRecord
	}
	err := decode(&f)
	*r = Record(f.plainRecord)
	r.EventKey, r.Label = f.Task, f.Action
	return err
}

func (d *Delivery) readFormer(decode func(any) error) error {
	var f struct {
		plainDelivery
		Task string `json:"task"`
	}
	err := decode(&f)
	*d = Delivery(f.plainDelivery)
	d.Key = f.Task
	return err
}
