package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Waiver says that a requirement need not be met until a day, and who answers for that.
type Waiver struct {
	// Requirement is the ID of one requirement of the specification.
	Requirement string `yaml:"requirement"`
	// Reason says why the requirement is not met, Owner who answers for it.
	Reason string `yaml:"reason"`
	Owner  string `yaml:"owner"`
	// Expires is the last day on which the waiver is valid, to its end in UTC.
	Expires Date `yaml:"expires"`
	// Line is where the entry stands in its file, from 1.
	Line int `yaml:"-"`
}

// Expired reports whether the waiver is no longer valid at a moment.
func (w Waiver) Expired(at time.Time) bool { return !at.Before(w.Expires.AddDate(0, 0, 1)) }

// Waivers are those of one file.
type Waivers struct {
	// File is how messages call the file, Raw its content.
	File string
	Raw  []byte
	// Entries are in the order of the file, at most one for each requirement.
	Entries []Waiver
}

// Waivers reads the content of a file of waivers: one mapping with the key waivers, whose
// entries have all keys of Waiver. Messages call the file name. The error is a Problems
// with everything that is wrong: a key, a value, an ID that the specification does not
// have, or a second waiver of one requirement.
func (s *Spec) Waivers(name string, raw []byte) (*Waivers, error) {
	var file struct {
		Waivers []Waiver `yaml:"waivers"`
	}
	if err := decodeStrict(name, raw, &file); err != nil {
		return nil, err
	}
	documents := yaml.NewDecoder(bytes.NewReader(raw))
	var doc, second yaml.Node
	if err := documents.Decode(&doc); err != nil {
		return nil, Problems{located(name, err.Error())}
	}
	if err := documents.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, Problems{fmt.Sprintf("%s:%d: the file must be one document; write all entries into one list", name, max(second.Line, 1))}
	}
	var problems Problems
	add := func(path, format string, args ...any) {
		problems = append(problems, fmt.Sprintf("%s:%d: %s%s", name, lineOf(doc.Content[0], path), path, fmt.Sprintf(format, args...)))
	}
	lines := map[string]int{}
	for i := range file.Waivers {
		w, path := &file.Waivers[i], fmt.Sprintf("waivers[%d]", i)
		w.Line = lineOf(doc.Content[0], path)
		if first, twice := lines[w.Requirement]; twice {
			add(path+".requirement", ": %q has a waiver on line %d already; remove one of the two", w.Requirement, first)
		} else if _, known := s.Lookup(w.Requirement); !known {
			add(path+".requirement", ": there is no requirement %q in %s%s", w.Requirement, s.Name, s.meant(w.Requirement))
		}
		lines[w.Requirement] = w.Line
		for _, text := range []struct{ key, value string }{{"reason", w.Reason}, {"owner", w.Owner}} {
			if strings.TrimSpace(text.value) == "" {
				add(path+"."+text.key, " is empty; write down the %s", text.key)
			}
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return &Waivers{File: name, Raw: raw, Entries: file.Waivers}, nil
}

// meant is the end of a message about an ID that there is not: the ID that is meant, or
// where all of them are listed.
func (s *Spec) meant(id string) string {
	ids := make([]string, 0, len(s.Requirements))
	for _, f := range s.Faults { // whoever knows the fault calls its requirement so
		if f.Name == id {
			return fmt.Sprintf(" (did you mean %q?)", f.Requirement)
		}
	}
	for _, r := range s.Requirements {
		ids = append(ids, r.ID)
	}
	if nearest := near(id, ids, 1); len(nearest) > 0 {
		return fmt.Sprintf(" (did you mean %q?)", nearest[0])
	}
	return "; `assay coverage` lists all IDs"
}
