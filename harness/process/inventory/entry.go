// Package inventory records what a run makes outside of its own folders, with the
// ID that the maker gave it, so that a later removal can distinguish it from what
// somebody else made under the same name. Names and tags find candidates; a recorded ID
// decides. The package knows no kind of object: it serves docker's objects,
// clusters, cloud resources, mounts and firewall rules alike.
//
// The use is always the same:
//
//	log, err := inventory.Open(file)
//	id, err := log.Make("docker/network", "kind", func() (string, error) { … })
//	for _, entry := range log.Present() { … }
//	err = log.Remove("docker/network", id, func() error { … })
//
// The file has one JSON object a line, is only appended to, is written through to
// the disk before a call returns, and belongs to one user alone (mode 0600).
package inventory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Step is what happened to an object.
type Step string

const (
	// Planned is written before the making. Without a Made after it nobody knows
	// whether the object exists, nor its ID: it is reported and never removed.
	Planned Step = "planned"
	// Made is written with the making and holds the ID.
	Made Step = "made"
	// Removed is written when the object is seen to be gone.
	Removed Step = "removed"
)

// Entry is one line of an inventory.
type Entry struct {
	Step Step `json:"step"`
	// Kind is SYSTEM/TYPE in the system's own words: docker/container, oci/vcn,
	// kubernetes/cluster, host/mount.
	Kind string `json:"kind"`
	// ID identifies the object for as long as it exists and no other object ever:
	// a docker ID, an OCID, a UID; for a mount its mount ID and device with the
	// path; for a rule its text with a comment that only this run writes. Empty in
	// Planned alone.
	ID string `json:"id,omitempty"`
	// Name is for people and for finding candidates.
	Name string `json:"name,omitempty"`
	// Attributes are what a removal needs besides the ID, such as the value of a
	// sysctl from before. No secrets.
	Attributes map[string]string `json:"attributes,omitempty"`
	// Time of the record, by this machine's clock.
	Time time.Time `json:"time"`
}

func (e Entry) String() string { return fmt.Sprintf("%s %q (%s)", e.Kind, e.Name, e.ID) }

// ErrDamaged is wrapped by the error about a file in which a line is no entry.
var ErrDamaged = errors.New("the inventory is damaged")

func (e Entry) validate() error {
	switch {
	case e.Kind == "":
		return errors.New("the kind is missing")
	case e.Step != Planned && e.Step != Made && e.Step != Removed:
		return fmt.Errorf("the step %q is not known", e.Step)
	case e.Step != Planned && e.ID == "":
		return fmt.Errorf("the ID of a %s is missing", e.Kind)
	}
	return nil
}

// Decode reads entries, oldest first. A last line without an end was cut off while
// it was written and is left out: its writer never heard that it was recorded.
func Decode(content []byte) ([]Entry, error) {
	entries, _, err := decode(content)
	return entries, err
}

// decode returns the entries and how many bytes of the content are complete lines.
func decode(content []byte) ([]Entry, int, error) {
	var entries []Entry
	complete := 0
	for number := 1; ; number++ {
		end := bytes.IndexByte(content[complete:], '\n')
		if end < 0 {
			return entries, complete, nil
		}
		var entry Entry
		err := json.Unmarshal(content[complete:complete+end], &entry)
		if err == nil {
			err = entry.validate()
		}
		if err != nil {
			return nil, 0, fmt.Errorf("%w: line %d: %w", ErrDamaged, number, err)
		}
		entries = append(entries, entry)
		complete += end + 1
	}
}

// Present are the objects that were made and not removed since, in the order of
// their making.
func Present(entries []Entry) []Entry {
	var present []Entry
	for _, entry := range entries {
		same := func(other Entry) bool { return other.Kind == entry.Kind && other.ID == entry.ID }
		switch entry.Step {
		case Made:
			// The same object again, with what is known now.
			if at := slices.IndexFunc(present, same); at >= 0 {
				present[at] = entry
			} else {
				present = append(present, entry)
			}
		case Removed:
			present = slices.DeleteFunc(present, same)
		case Planned:
		}
	}
	return present
}

// Pending are the plans that nothing followed: whoever made them ended before it
// recorded an ID. Their names find candidates for a report.
func Pending(entries []Entry) []Entry {
	var pending []Entry
	for _, entry := range entries {
		if entry.Step == Planned {
			pending = append(pending, entry)
			continue
		}
		at := slices.IndexFunc(pending, func(plan Entry) bool { return plan.Kind == entry.Kind && plan.Name == entry.Name })
		if at >= 0 {
			pending = slices.Delete(pending, at, at+1)
		}
	}
	return pending
}
