package history

import (
	"encoding/json"
	"fmt"
)

// row is what is known of one kind: since which version of the format it is there,
// and how its entries are read, kept and walked.
type row struct {
	kind  Kind
	since int
	// load reads the kind's file into a history in memory.
	load func(dir string, heads *Heads, h *History) error
	// visit reads the kind's file entry by entry, without keeping any.
	visit func(dir string, heads *Heads, to func(entry any)) error
	// append adds an entry, and reports whether it is of the kind's type.
	append func(h *History, e Entry) bool
	each   func(h *History, to func(entry any))
	edit   func(h *History, change func([]json.RawMessage) ([]json.RawMessage, error)) error
}

func rowOf[E Entry](kind Kind, since int, list func(*History) *[]E) row {
	return row{
		kind: kind, since: since,
		load: func(dir string, heads *Heads, h *History) error {
			into := list(h)
			header, damage, err := Read(dir, func(e *E) error {
				*into = append(*into, *e)
				return nil
			})
			heads.add(kind, header, damage)
			return err
		},
		visit: func(dir string, heads *Heads, to func(any)) error {
			header, damage, err := Read(dir, func(e *E) error {
				to(e)
				return nil
			})
			heads.add(kind, header, damage)
			return err
		},
		append: func(h *History, e Entry) bool {
			entry, ok := e.(E)
			if ok {
				into := list(h)
				*into = append(*into, entry)
			}
			return ok
		},
		each: func(h *History, to func(any)) {
			entries := *list(h)
			for i := range entries {
				to(&entries[i])
			}
		},
		edit: func(h *History, change func([]json.RawMessage) ([]json.RawMessage, error)) error {
			return edit(list(h), change)
		},
	}
}

// Visit reads all entries of a history in the order of Kinds, without keeping them:
// to is given a pointer to each, which is another entry after it returns. It returns
// the header that all files have, and the damage that it found. The error is what
// Read returns, or files of different histories in one directory.
func Visit(dir string, to func(entry any)) (Header, []Damage, error) {
	heads := Heads{}
	for _, r := range table {
		if err := r.visit(dir, &heads, to); err != nil {
			return Header{}, nil, err
		}
	}
	header, damage, err := heads.Common()
	if err != nil {
		return header, damage, fmt.Errorf("read the history in %s: %w", dir, err)
	}
	return header, damage, nil
}
