package mutants

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/schemas"
)

// brokenEvent is one way in which the schema of a family can be broken, done to an event
// of the family that a request causes.
type brokenEvent struct {
	caused
	schemas.Variant
	// Patch is the change of the record with the event (RFC 6902), as JSON.
	Patch string
}

// brokenEvents are all ways in which fields of the events that requests cause can be broken.
func brokenEvents(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, row := range causedFamilies(s) {
		for _, v := range s.Schemas.Variants(row.Value.(caused).Family) {
			field, is := strings.CutPrefix(v.Requirement, "event."+row.Names["family"]+".")
			if !is || addsMember(v) {
				continue
			}
			// What lies below the field is a part of the mutant's name.
			word := strings.Trim(strings.TrimPrefix(spec.Slug(v.Location), strings.ReplaceAll(field, ".", "-"))+"-"+wordOf(v), "-")
			names := map[string]string{"family": row.Names["family"], "path": field, "word": word}
			all = append(all, spec.Row{Names: names, Value: newBrokenEvent(row.Value.(caused), v)})
		}
	}
	return all
}

// brokenEnvelopes are the ways in which what all events have in common can be broken.
func brokenEnvelopes(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, row := range causedFamilies(s)[:min(1, len(causedFamilies(s)))] {
		for _, v := range s.Schemas.Variants(row.Value.(caused).Family) {
			if v.Requirement == schemas.Envelope {
				word := strings.Trim(spec.Slug(v.Location)+"-"+wordOf(v), "-")
				all = append(all, spec.Row{Names: map[string]string{"word": word}, Value: newBrokenEvent(row.Value.(caused), v)})
			}
		}
	}
	return all
}

// closedFamilies are the families whose data take no members beside those of the schema,
// each with a member more.
func closedFamilies(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, row := range causedFamilies(s) {
		c := row.Value.(caused)
		for _, v := range s.Schemas.Variants(c.Family) {
			if addsMember(v) {
				all = append(all, spec.Row{Names: row.Names, Value: newBrokenEvent(c, v)})
			}
		}
	}
	return all
}

// addsMember reports whether a variant has a member of data that its schema does not list.
func addsMember(v schemas.Variant) bool {
	return v.Keyword == "additionalProperties" && strings.HasPrefix(v.Location, "data.") && strings.Count(v.Location, ".") == 1
}

func newBrokenEvent(c caused, v schemas.Variant) brokenEvent {
	b := brokenEvent{caused: c, Variant: v}
	valid := c.spec.Schemas.Examples(c.Family)[0].Raw
	raw, err := json.Marshal([]map[string]any{patchOf(decodeAny(valid), decodeAny(v.Raw))})
	if err != nil {
		panic("mutants: a variant that was JSON is none: " + err.Error())
	}
	b.Patch = string(raw)
	return b
}

// words name the ways in which keywords of JSON Schema are broken. A keyword without a
// word names itself.
var words = map[string]string{"const": "other", "enum": "other", "required": "none"}

func wordOf(v schemas.Variant) string {
	word, known := words[v.Keyword]
	switch {
	case v.Location == "" && v.Keyword == "pattern":
		return "name" // of an attribute
	case known:
		return word
	}
	return spec.Slug(v.Keyword)
}

// Way says how the event is broken.
func (b brokenEvent) Way() string {
	switch b.Keyword {
	case "pattern":
		if b.Location == "" {
			return "has an attribute whose name is not allowed"
		}
	case "required":
		return "has no `" + b.Location + "`"
	case "additionalProperties":
		return "has `" + b.Location + "`, which is no member of it"
	case "type":
		return "has a value of another type as `" + b.Location + "`"
	case "const", "enum":
		return "has another value than those that are allowed as `" + b.Location + "`"
	}
	return "breaks the " + b.Keyword + " of `" + b.Location + "`"
}

// Message matches what the check of the requirement says.
func (b brokenEvent) Message() string {
	return regexp.QuoteMeta(b.Location) + `: .*` + regexp.QuoteMeta(b.Requirement)
}

// Also are the other checks that look at what is broken, as a list of YAML. What is invalid
// is no event of the platform, and ought to be a dead letter.
func (b brokenEvent) Also() string {
	return flow(append(judges(b.spec, b.Family(), b.Location), b.Requirement, schemas.Envelope, "event.invalid"))
}

// Family is the family of the event.
func (b brokenEvent) Family() string { return b.Events.Family }

// judges are the requirements whose checks read a member of the events of a family, beside
// those of its schema: what requests cause, what is stored, copied, said and scheduled.
func judges(s *spec.Spec, family, member string) []string {
	found := map[string]bool{}
	add := func(id string) {
		if _, known := s.Lookup(id); known && strings.HasPrefix(id, "event.") {
			found[id] = true
		}
	}
	events := s.Event(family)
	// An event that nobody can tell from others is missing where it is looked for.
	known := slices.ContainsFunc([]string{"", "specversion", "source", "id", "type", events.Key, events.Label}, func(path string) bool {
		return path == member || path != "" && overlap(path, member)
	})
	for _, c := range allCaused(s) {
		first := c.Request.Expects[0].Family
		if first == family && known { // the request is known by it
			add(c.Requirement)
		}
		if c.Family == family && (known || c.Scheduled != nil && (overlap(c.Scheduled.At, member) || overlap(c.Scheduled.DueField, member))) {
			add(c.Requirement)
		}
		if c.Family == family && (known || touches(c.Equal, member)) && len(c.Equal) > 0 {
			add("event.stored")
		}
		if c.Fields != nil && c.Family == family && (known || touches(c.Fields.Members, member)) {
			add(c.Fields.Requirement)
		}
		if c.Copies == nil {
			continue
		}
		copied := c.Family == family && (known || touches(c.Copies.Members, member))
		for _, from := range c.Copies.Members {
			copied = copied || first == family && (known || overlap(fmt.Sprint(from), member))
		}
		if copied {
			add(c.Copies.Requirement)
		}
	}
	if known || member == "time" {
		add("event.time")
	}
	if known {
		add("event.trace")
	}
	return slices.Sorted(maps.Keys(found))
}

// touches reports whether one of some members lies in another one, or holds it.
func touches[V any](members map[string]V, member string) bool {
	for path := range members {
		if overlap(path, member) {
			return true
		}
	}
	return false
}

// overlap reports whether one member lies in the other.
func overlap(a, b string) bool {
	a, b = strings.ReplaceAll(a, "[", ".")+".", strings.ReplaceAll(b, "[", ".")+"."
	return a != "." && b != "." && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}
