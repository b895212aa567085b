package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/mutants"
)

// list changes the list that the step names.
func (r *Recording) list(pick picker) error {
	name := pick.step.List
	if kind, ok := strings.CutPrefix(name, "history/"); ok {
		return r.entries(history.Kind(kind), pick)
	}
	if member, ok := strings.CutPrefix(name, "seen/"); ok {
		return r.member(member, pick)
	}
	if name == "events" || name == "captures" {
		return r.records(name == "events", pick)
	}
	return fmt.Errorf("there is no list %q", name)
}

// entries changes entries of a kind of the history. Records are changed with their
// bytes, see records.
func (r *Recording) entries(kind history.Kind, pick picker) error {
	if kind == history.Records || !slices.Contains(history.Kinds(), kind) {
		return fmt.Errorf("entries of %s are not changed one by one", kind)
	}
	return r.history.Edit(kind, pick.apply)
}

// member changes a list of seen.json, or a map as the list of its values.
func (r *Recording) member(name string, pick picker) error {
	raw, ok := r.seen[name]
	if !ok {
		return fmt.Errorf("nothing was saved as %s", name)
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		return r.put(name, pick, list, func(changed []json.RawMessage) any { return changed })
	}
	var byKey map[string]json.RawMessage
	if err := json.Unmarshal(raw, &byKey); err != nil {
		return fmt.Errorf("%s is neither a list nor a map", name)
	}
	if pick.step.Remove || pick.step.Repeat {
		return fmt.Errorf("%s is a map, whose values can only be changed", name)
	}
	keys := slices.Sorted(maps.Keys(byKey))
	for _, key := range keys {
		list = append(list, byKey[key])
	}
	return r.put(name, pick, list, func(changed []json.RawMessage) any {
		for i, key := range keys {
			byKey[key] = changed[i]
		}
		return byKey
	})
}

func (r *Recording) put(name string, pick picker, list []json.RawMessage, as func([]json.RawMessage) any) error {
	changed, err := pick.apply(list)
	if err != nil {
		return err
	}
	r.seen[name], err = json.Marshal(as(changed))
	return err
}

// picker chooses entries and changes them.
type picker struct {
	step     mutants.Recording
	from, to history.Nanos
	// changed counts the entries that a patch has changed.
	changed *int
}

// apply changes the entries of a list that suit.
func (p picker) apply(list []json.RawMessage) ([]json.RawMessage, error) {
	chosen, err := p.choose(list)
	if err != nil {
		return nil, err
	}
	var out []json.RawMessage
	for i, entry := range list {
		if !slices.Contains(chosen, i) {
			out = append(out, entry)
			continue
		}
		if p.step.Remove {
			continue
		}
		changed, err := p.patch(entry)
		if err != nil {
			return nil, err
		}
		if p.step.Repeat {
			out = append(out, entry)
		}
		out = append(out, changed)
	}
	return out, nil
}

// choose returns the places of the entries that are changed.
func (p picker) choose(list []json.RawMessage) ([]int, error) {
	var suit []int
	for i, entry := range list {
		ok, err := p.suits(entry)
		if err != nil {
			return nil, err
		}
		if ok {
			suit = append(suit, i)
		}
	}
	switch {
	case len(suit) == 0:
		return nil, fmt.Errorf("%s has no entry with %v", p.step.List, p.step.Where)
	case p.step.All:
		return suit, nil
	}
	n := int64(len(suit))
	at := (p.step.Seed%n + n) % n // a negative one counts from the end
	return suit[at : at+1], nil
}

// suits reports whether an entry has what the step wants.
func (p picker) suits(entry json.RawMessage) (bool, error) {
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(entry))
	if err := decoder.Decode(&members); err != nil {
		return len(p.step.Where) == 0 && p.step.During == "", nil // no object: a value
	}
	for path, want := range p.step.Where {
		wanted, err := json.Marshal(want)
		if err != nil {
			return false, err
		}
		found, there := at(members, strings.Split(path, "/"))
		seen, err := json.Marshal(found)
		if err != nil {
			return false, err
		}
		if !there && want != nil || !bytes.Equal(seen, wanted) {
			return false, nil
		}
	}
	if p.step.During == "" {
		return true, nil
	}
	var moment struct{ Seen, Begin history.Nanos }
	if err := json.Unmarshal(entry, &moment); err != nil {
		return false, errors.New("the entries have no moment")
	}
	when := max(moment.Seen, moment.Begin)
	return when >= p.from && when <= p.to, nil
}

// at is the member at a path.
func at(members map[string]any, path []string) (any, bool) {
	value, there := members[path[0]]
	if inner, ok := value.(map[string]any); ok && len(path) > 1 {
		return at(inner, path[1:])
	}
	return value, there && len(path) == 1
}

// patch applies the step's JSON patch.
func (p picker) patch(entry json.RawMessage) (json.RawMessage, error) {
	if len(p.step.JSON) == 0 {
		return slices.Clone(entry), nil
	}
	raw, err := json.Marshal(p.step.JSON)
	if err != nil {
		return nil, err
	}
	patch, err := jsonpatch.DecodePatch(raw)
	if err != nil {
		return nil, fmt.Errorf("read a patch: %w", err)
	}
	changed, err := patch.Apply(entry)
	if err != nil {
		return nil, fmt.Errorf("change an entry of %s: %w", p.step.List, err)
	}
	if !jsonpatch.Equal(entry, changed) {
		*p.changed++
	}
	return changed, nil
}

// strict reads JSON into a value that must have all its members.
func strict(raw []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return fmt.Errorf("what was changed is no entry any more: %w", err)
	}
	return nil
}
