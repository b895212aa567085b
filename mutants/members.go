package mutants

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"assay.dev/assay/spec"
)

// changedMember is a member of an event with another value than it has to have.
type changedMember struct {
	caused
	Member string
	value  any
	also   []string
}

// Patch is the change of the record with the event (RFC 6902), as JSON.
func (m changedMember) Patch() (string, error) {
	path := "/event/" + strings.ReplaceAll(m.Member, ".", "/")
	raw, err := json.Marshal([]map[string]any{{"op": "add", "path": path, "value": m.value}})
	return string(raw), err
}

// Also are the other checks that look at the member, as a list of YAML.
func (m changedMember) Also() string { return flow(m.also) }

// Statement matches a text with the member's path and its value.
func (m changedMember) Statement() (string, error) {
	raw, err := json.Marshal(m.value)
	return regexp.QuoteMeta(m.Member) + " (is )?" + strings.Trim(regexp.QuoteMeta(string(raw)), `"`), err
}

// storedEvents are first events of requests whose members equal what was answered, each
// with the first such member that can have another value by the schema.
func storedEvents(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, c := range allCaused(s) {
		if !c.first {
			continue
		}
		if member, value, ok := c.otherwise(slices.Sorted(maps.Keys(c.Equal)), nil); ok {
			row := c.row(c.Requirement)
			row.Value = changedMember{c, member, value, judges(s, c.Family, member)}
			all = append(all, row)
		}
	}
	return all
}

// statedMembers are the events that always have a member with a value, with another value.
func statedMembers(s *spec.Spec) []spec.Row {
	return changed(s, func(c caused) *spec.Members { return c.Fields }, true)
}

// copiedMembers are the events that copy members of the first events of their requests,
// with another value.
func copiedMembers(s *spec.Spec) []spec.Row {
	return changed(s, func(c caused) *spec.Members { return c.Copies }, false)
}

// changed are the first expectations for each requirement that some members are for, with
// another value of one of them. said says that they have the values that are listed.
func changed(s *spec.Spec, of func(caused) *spec.Members, stated bool) []spec.Row {
	named := func(c caused) string {
		if of(c) == nil {
			return ""
		}
		return of(c).Requirement
	}
	var all []spec.Row
	for _, row := range perRequirement(s, named, func(caused) bool { return true }) {
		c := row.Value.(caused)
		var values map[string]any
		if stated {
			values = of(c).Members
		}
		if member, value, ok := c.otherwise(slices.Sorted(maps.Keys(of(c).Members)), values); ok {
			row.Value = changedMember{c, member, value, judges(s, c.Family, member)}
			all = append(all, row)
		}
	}
	return all
}

// otherwise is the first of some members that can have another value by the schema, and
// that value. Texts come first, since no event has the one that is made up. What tells
// events apart stays. Members with a value in said have that one, others that of an example.
func (c caused) otherwise(members []string, stated map[string]any) (member string, value any, ok bool) {
	event := decodeAny(c.spec.Schemas.Examples(c.Family)[0].Raw)
	for _, others := range []func(any) []any{otherText, otherObject, otherNumber, otherTruth, c.otherItems} {
		for _, member := range members {
			path := strings.Split(member, ".")
			is, there := memberOf(event, path)
			if overlap(member, c.Events.Key) || overlap(member, c.Events.Label) || !there {
				continue
			}
			if value, known := stated[member]; known {
				is = value
			}
			for _, value := range others(is) {
				raw, err := json.Marshal(withMember(event, path, value))
				if err == nil && c.spec.Schemas.Validate(c.Family, raw) == nil {
					return member, value, true
				}
			}
		}
	}
	return "", nil, false
}

func otherText(is any) []any {
	if _, can := is.(string); can {
		return []any{"nobody wrote this"}
	}
	return nil
}

func otherObject(is any) []any {
	if _, can := is.(map[string]any); can {
		return []any{map[string]any{"nobody": "wrote this"}}
	}
	return nil
}

func otherNumber(is any) []any {
	switch is.(type) {
	case json.Number, int, float64:
		return []any{20170215, 0, 1}
	}
	return nil
}

func otherTruth(is any) []any {
	if truth, can := is.(bool); can {
		return []any{!truth}
	}
	return nil
}

// otherItems are the texts that examples of the family have elsewhere, such as those that
// an enum lists.
func (c caused) otherItems(is any) []any {
	var all []any
	for _, example := range c.spec.Schemas.Examples(c.Family) {
		for _, found := range texts(decodeAny(example.Raw)) {
			if text, can := is.(string); can && found != text {
				all = append(all, found)
			}
		}
	}
	return all
}

// texts are all texts in a value.
func texts(value any) []string {
	var all []string
	switch value := value.(type) {
	case string:
		all = append(all, value)
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			all = append(all, texts(value[name])...)
		}
	case []any:
		for _, item := range value {
			all = append(all, texts(item)...)
		}
	}
	return all
}

// memberOf is what is at a path, and whether anything is.
func memberOf(value any, path []string) (any, bool) {
	object, is := value.(map[string]any)
	if !is {
		return nil, false
	}
	found, there := object[path[0]]
	if len(path) == 1 || !there {
		return found, there
	}
	return memberOf(found, path[1:])
}

// withMember is a copy of an object with another value at a path that is there.
func withMember(value any, path []string, member any) any {
	object, is := value.(map[string]any)
	if !is {
		return value
	}
	copied := maps.Clone(object)
	if len(path) == 1 {
		copied[path[0]] = member
	} else {
		copied[path[0]] = withMember(object[path[0]], path[1:], member)
	}
	return copied
}
