// Package schemas reads the JSON Schemas (2020-12) of a specification's event families
// and judges events by them.
//
// A schema covers the whole CloudEvents 1.0 event in structured JSON mode,
// envelope and data. Each constrained place belongs to a requirement whose ID follows
// from its path, so that a violation names what it violates.
// Formats are asserted, not annotated: they are the types of cloudevents.json, the
// one grammar of events. Bytes have to be I-JSON (RFC 7493), and an attribute that is
// null is absent.
package schemas

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// grammarBytes is the grammar of CloudEvents, which every schema may refer to.
//
//go:embed cloudevents.json
var grammarBytes []byte

// Set are the schemas of a specification's event families.
type Set struct {
	dir      fs.FS
	families map[string]*family
}

// family is one event family: its schema as it was read and compiled.
type family struct {
	name   string
	schema *jsonschema.Schema
	source map[string]any
	fields []Field
	types  []string
	// examples are valid events, in the order of their names.
	examples []Example
	variants []Variant
}

// Envelope is the ID of the requirement that every event belongs to: to be a CloudEvent.
const Envelope = "event.envelope"

// Violation is one constraint that an event breaks. Location is the path to the
// value ("data.tags[0]", empty for the whole event); Keyword the JSON Schema
// keyword that refused it.
type Violation struct {
	Requirement string
	Location    string
	Keyword     string
	Message     string
}

func (v Violation) String() string {
	where := v.Location
	if where == "" {
		where = "the event"
	}
	return fmt.Sprintf("%s: %s (%s)", where, v.Message, v.Requirement)
}

// Invalid is the error of an event that its schema refuses.
type Invalid struct {
	Family     string
	Violations []Violation
}

func (e *Invalid) Error() string {
	lines := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		lines[i] = v.String()
	}
	return "not a valid " + e.Family + ": " + strings.Join(lines, "; ")
}

// Load reads the schemas of a directory, FAMILY.json each, with at least one valid
// event of each family in examples/FAMILY/*.json. The error joins what is wrong with
// all of them.
func Load(dir fs.FS) (*Set, error) {
	names, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list the schemas: %w", err)
	}
	set := &Set{dir: dir, families: map[string]*family{}}
	var problems []error
	for _, file := range names {
		name := strings.TrimSuffix(file, ".json")
		f, err := set.load(name)
		if err != nil {
			problems = append(problems, fmt.Errorf("schemas/%s: %w", file, err))
		}
		set.families[name] = f
	}
	return set, errors.Join(problems...)
}

func (s *Set) load(name string) (*family, error) {
	raw, err := s.Schema(name)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	source, ok := inline(doc).(map[string]any)
	if !ok {
		return nil, errors.New("a schema is a JSON object")
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	for _, format := range formats() {
		compiler.RegisterFormat(format)
	}
	if err := compiler.AddResource(name+".json", source); err != nil {
		return nil, err
	}
	f := &family{name: name, source: source, fields: allFieldsOf(source)}
	if f.schema, err = compiler.Compile(name + ".json"); err != nil {
		return nil, err
	}
	if f.types, err = typesOf(source); err != nil {
		return nil, err
	}
	if f.examples, err = s.readExamples(name); err != nil {
		return nil, err
	}
	for _, example := range f.examples {
		if err := f.validate(name, example.Raw); err != nil {
			return nil, fmt.Errorf("example %s: %w", example.Name, err)
		}
	}
	f.variants, err = variantsOf(f)
	return f, err
}

// Families lists the families in the order of their names.
func (s *Set) Families() []string { return slices.Sorted(maps.Keys(s.families)) }

// Schema returns the bytes of a family's schema.
func (s *Set) Schema(name string) ([]byte, error) { return fs.ReadFile(s.dir, name+".json") }

// of returns a family. An unknown one is a mistake in a program, since a
// specification names known ones only: it panics.
func (s *Set) of(name string) *family {
	f, ok := s.families[name]
	if !ok {
		panic(fmt.Sprintf("schemas: no family %q; use one of %s", name, strings.Join(s.Families(), ", ")))
	}
	return f
}

// Validate judges raw, one event in structured JSON mode, by the schema of a
// family. The error is an *Invalid for an event that breaks the schema and
// another one for bytes that are not JSON.
func (s *Set) Validate(family string, raw []byte) error { return s.of(family).validate(family, raw) }

func (f *family) validate(name string, raw []byte) error {
	value, err := decode(raw)
	if err != nil {
		return fmt.Errorf("not a valid %s: not JSON: %w", name, err)
	}
	err = f.schema.Validate(withoutNulls(value))
	var refused *jsonschema.ValidationError
	switch {
	case errors.As(err, &refused):
		return &Invalid{Family: name, Violations: f.violations(refused)}
	case err != nil:
		return fmt.Errorf("judge a %s: %w", name, err)
	}
	return nil
}

// violations flattens the library's tree of errors into its leaves.
func (f *family) violations(e *jsonschema.ValidationError) []Violation {
	if len(e.Causes) > 0 {
		var all []Violation
		for _, cause := range e.Causes {
			all = append(all, f.violations(cause)...)
		}
		slices.SortFunc(all, func(a, b Violation) int {
			return strings.Compare(a.Location+a.Keyword, b.Location+b.Keyword)
		})
		return all
	}
	keyword := e.ErrorKind.KeywordPath()
	at := e.InstanceLocation
	name := keyword[len(keyword)-1]
	place := at
	if missing := missingOf(e); missing != "" {
		place = append(slices.Clone(at), missing)
	}
	return []Violation{{
		Requirement: f.requirement(place),
		Location:    location(place),
		Keyword:     name,
		Message:     e.ErrorKind.LocalizedString(message.NewPrinter(language.English)),
	}}
}

// requirement is the ID of the requirement that a place belongs to: the field that it
// is or lies in, or else the envelope that all events have.
func (f *family) requirement(place []string) string {
	id, length := Envelope, 0
	for _, field := range f.fields {
		n := len(field.path)
		if n > length && n <= len(place) && slices.Equal(field.path, place[:n]) {
			id, length = "event."+slugOf([]string{f.name})+"."+field.Slug(), n
		}
	}
	return id
}

// location renders a path as a reader writes it: data.tags[0].
func location(place []string) string {
	var b strings.Builder
	for _, p := range place {
		switch {
		case p != "" && strings.Trim(p, "0123456789") == "":
			fmt.Fprintf(&b, "[%s]", p)
		case b.Len() > 0:
			b.WriteString("." + p)
		default:
			b.WriteString(p)
		}
	}
	return b.String()
}

// FamilyOf reads the type attribute of an event and returns the family whose
// schema admits it, or false for bytes that are no event of the specification.
func (s *Set) FamilyOf(raw []byte) (string, bool) {
	var event struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(raw, &event) != nil {
		return "", false
	}
	for _, name := range s.Families() {
		if slices.Contains(s.Types(name), event.Type) {
			return name, true
		}
	}
	return "", false
}

// Types lists the values of the type attribute that a family admits.
func (s *Set) Types(family string) []string { return s.of(family).types }

func typesOf(schema map[string]any) ([]string, error) {
	node := member(schema, "type")
	if one, ok := node["const"].(string); ok {
		return []string{one}, nil
	}
	list, _ := node["enum"].([]any)
	var types []string
	for _, t := range list {
		if text, ok := t.(string); ok {
			types = append(types, text)
		}
	}
	if len(types) == 0 {
		return nil, errors.New("the attribute type has neither a const nor an enum of texts")
	}
	return types, nil
}

// Source is the source attribute that a family's events have, empty if the schema
// admits several.
func (s *Set) Source(family string) string {
	source, _ := member(s.of(family).source, "source")["const"].(string)
	return source
}

// member is the schema of a member of an object, empty if it has none.
func member(schema map[string]any, name string) map[string]any {
	properties, _ := schema["properties"].(map[string]any)
	node, _ := properties[name].(map[string]any)
	return node
}

// Requirements lists the requirements that the places of a family's schema belong to.
func (s *Set) Requirements(family string) []string {
	var ids []string
	for _, v := range s.Variants(family) {
		if !slices.Contains(ids, v.Requirement) {
			ids = append(ids, v.Requirement)
		}
	}
	return ids
}
