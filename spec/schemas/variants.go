package schemas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Variant is an event that is invalid for exactly one reason: it breaks Keyword
// at Location and nothing else.
type Variant struct {
	Name        string
	Family      string
	Requirement string
	Location    string
	Keyword     string
	Raw         []byte
}

// Variants returns one invalid event for every constraint in a family's schema, made
// from the first example. They are used to prove that whoever takes events refuses each
// kind of broken one.
func (s *Set) Variants(family string) []Variant { return s.of(family).variants }

// variantsOf derives the variants of a family. A keyword for which no variant is known
// is an error: a constraint cannot be added without its negative test.
func variantsOf(f *family) (variants []Variant, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case underivable:
			err = r
		default:
			panic(r)
		}
	}()
	g := generator{of: f, base: f.examples[0].Raw}
	g.schema(f.source, nil)
	return g.out, nil
}

// underivable is why no variant can be made of a place of a schema.
type underivable string

func (u underivable) Error() string { return string(u) }

func underivablef(format string, args ...any) underivable {
	return underivable(fmt.Sprintf(format, args...))
}

type generator struct {
	of   *family
	base []byte
	out  []Variant
}

// schema emits the variants of one place of the schema and descends.
func (g *generator) schema(node map[string]any, at []string) {
	for _, keyword := range slices.Sorted(maps.Keys(node)) {
		value := node[keyword]
		switch keyword {
		case "$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly":
		case "type":
			g.replace(keyword, at, wrongType(value))
		case "const":
			g.replace(keyword, at, fmt.Sprintf("%v-not", value))
		case "enum":
			g.replace(keyword, at, "none-of-these")
		case "format":
			g.replace(keyword, at, wrongFormat(value.(string)))
		case "required":
			g.required(node, at)
		case "properties":
			for _, name := range slices.Sorted(maps.Keys(value.(map[string]any))) {
				g.schema(value.(map[string]any)[name].(map[string]any), child(at, name))
			}
		case "items":
			g.schema(value.(map[string]any), child(at, "0"))
		case "propertyNames":
			g.emit("pattern", at, "Not_An_Attribute", func(doc any) any {
				return set(doc, child(at, "Not_An_Attribute"), "text")
			})
		case "additionalProperties":
			g.additional(value, at)
		default:
			wrong, known := outOfBounds(keyword, value, g.example(at))
			if !known {
				panic(underivablef("no invalid variant is known for keyword %q at %q", keyword, location(at)))
			}
			g.replace(keyword, at, wrong)
		}
	}
}

func (g *generator) replace(keyword string, at []string, wrong any) {
	g.emit(keyword, at, "", func(doc any) any { return set(doc, at, wrong) })
}

// required removes each required member in turn.
func (g *generator) required(node map[string]any, at []string) {
	for _, name := range orderOf(node) {
		g.emit("required", child(at, name), "", func(doc any) any { return remove(doc, child(at, name)) })
	}
}

// additional adds a member that is not listed: any at all where none is
// allowed, else one of a type that is not.
func (g *generator) additional(value any, at []string) {
	if allowed, ok := value.(bool); ok {
		if !allowed {
			g.emit("additionalProperties", child(at, "unlisted"), "", func(doc any) any {
				return set(doc, child(at, "unlisted"), "text")
			})
		}
		return
	}
	g.schema(value.(map[string]any), child(at, "unlisted"))
}

// event is a copy of the first example.
func (g *generator) event() (doc any) {
	decoder := json.NewDecoder(bytes.NewReader(g.base))
	decoder.UseNumber()
	if err := decoder.Decode(&doc); err != nil {
		panic(underivablef("the first example: %v", err))
	}
	return doc
}

// example is what the first example has at a place, nil if nothing.
func (g *generator) example(at []string) any {
	value := g.event()
	for _, name := range at {
		node, _ := value.(map[string]any)
		value = node[name]
	}
	return value
}

func (g *generator) emit(keyword string, at []string, detail string, change func(any) any) {
	raw, err := json.Marshal(change(g.event()))
	if err != nil {
		panic(underivablef("a variant at %q: %v", location(at), err))
	}
	name := keyword + " " + location(at)
	if len(at) == 0 {
		name = keyword + " of the event"
	}
	if detail != "" {
		name += " " + detail
	}
	g.out = append(g.out, Variant{
		Name: name, Family: g.of.name, Requirement: g.of.requirement(at),
		Location: location(at), Keyword: keyword, Raw: raw,
	})
}

// wrongFormat picks the first string that the grammar rejects for a format.
func wrongFormat(format string) any {
	for _, t := range AttributeTypes() {
		for _, text := range t.Rejects {
			var value string
			if t.Format == format && json.Unmarshal([]byte(text), &value) == nil {
				return value
			}
		}
	}
	panic(underivablef("the grammar rejects no string as %s", format))
}

// wrongType picks a value of the first JSON type that is not allowed.
func wrongType(allowed any) any {
	list, ok := allowed.([]any)
	if !ok {
		list = []any{allowed}
	}
	candidates := []struct {
		name  string
		value any
	}{{"integer", 42}, {"array", []any{}}, {"object", map[string]any{}}, {"string", "text"}}
	for _, c := range candidates {
		// An integer is a number, too.
		if !slices.Contains(list, any(c.name)) && (c.name != "integer" || !slices.Contains(list, any("number"))) {
			return c.value
		}
	}
	panic(underivablef("every type is allowed by %v", allowed))
}

func child(at []string, name string) []string { return append(slices.Clone(at), name) }

// set returns doc with the value at a path replaced; members on the way exist.
func set(doc any, at []string, value any) any {
	if len(at) == 0 {
		return value
	}
	switch node := doc.(type) {
	case map[string]any:
		node[at[0]] = set(node[at[0]], at[1:], value)
	case []any:
		i, err := strconv.Atoi(at[0])
		if err != nil || i >= len(node) {
			panic(underivablef("the first example has no element %s to break", at[0]))
		}
		node[i] = set(node[i], at[1:], value)
	}
	return doc
}

func remove(doc any, at []string) any {
	node := doc
	for _, name := range at[:len(at)-1] {
		node = node.(map[string]any)[name]
	}
	delete(node.(map[string]any), at[len(at)-1])
	return doc
}

// Undecodable returns byte strings that are no JSON at all, by name, for
// consumers that must survive them.
func Undecodable() map[string][]byte {
	return map[string][]byte{
		"empty":         {},
		"plain text":    []byte("not an event"),
		"cut off":       []byte(`{"specversion":"1.0","type":"cut.off","da`),
		"binary":        {0x00, 0xff, 0xfe, 0x80, 0x0a},
		"two documents": []byte(`{"specversion":"1.0"}{"specversion":"1.0"}`),
	}
}
