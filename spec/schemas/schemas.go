// Package schemas holds the JSON Schemas (2020-12) of the three event families
// of SPEC.md and judges events by them.
//
// A schema covers the whole CloudEvents 1.0 event in structured JSON mode,
// envelope and data. Each constrained place carries the ID of the requirement
// it belongs to (x-requirement), so that a violation names what it violates.
// Formats are asserted, not annotated: they are the types of cloudevents.json, the
// one grammar of events. Bytes have to be I-JSON (RFC 7493), and an attribute that is
// null is absent.
package schemas

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// The event families, named as their schemas and as in platform.yaml.
const (
	TaskEvent       = "task-event"
	ReminderEvent   = "reminder-event"
	TaskUpdateEvent = "task-update-event"
)

//go:embed *.json examples
var files embed.FS

// Families lists the families in the order of SPEC.md.
func Families() []string { return []string{TaskEvent, ReminderEvent, TaskUpdateEvent} }

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

// Schema returns the bytes of a family's schema. It panics on an unknown family.
func Schema(family string) []byte {
	raw, err := files.ReadFile(family + ".json")
	if err != nil {
		panic(fmt.Sprintf("schemas: no family %q; use one of %s", family, strings.Join(Families(), ", ")))
	}
	return raw
}

type loaded struct {
	schema *jsonschema.Schema
	source map[string]any
}

var compiled = sync.OnceValue(func() map[string]loaded {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	for _, format := range formats() {
		compiler.RegisterFormat(format)
	}
	all := map[string]loaded{}
	for _, family := range Families() {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema(family)))
		if err == nil {
			doc = inline(doc)
			err = compiler.AddResource(family+".json", doc)
		}
		if err != nil {
			panic(fmt.Sprintf("schemas: %s.json: %v", family, err))
		}
		all[family] = loaded{compiler.MustCompile(family + ".json"), doc.(map[string]any)}
	}
	return all
})

// Validate judges raw, one event in structured JSON mode, by the schema of a
// family. The error is an *Invalid for an event that breaks the schema and
// another one for bytes that are not JSON.
func Validate(family string, raw []byte) error {
	Schema(family)
	value, err := decode(raw)
	if err != nil {
		return fmt.Errorf("not a valid %s: not JSON: %w", family, err)
	}
	l := compiled()[family]
	err = l.schema.Validate(withoutNulls(value))
	var refused *jsonschema.ValidationError
	switch {
	case errors.As(err, &refused):
		return &Invalid{Family: family, Violations: l.violations(refused)}
	case err != nil:
		return fmt.Errorf("judge a %s: %w", family, err)
	}
	return nil
}

// violations flattens the library's tree of errors into its leaves.
func (l loaded) violations(e *jsonschema.ValidationError) []Violation {
	if len(e.Causes) > 0 {
		var all []Violation
		for _, cause := range e.Causes {
			all = append(all, l.violations(cause)...)
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
		Requirement: l.requirement(place),
		Location:    location(place),
		Keyword:     name,
		Message:     e.ErrorKind.LocalizedString(message.NewPrinter(language.English)),
	}}
}

// requirement finds the ID at the nearest place of the schema that has one.
func (l loaded) requirement(place []string) string {
	node, id := l.source, ""
	for {
		if found, ok := node["x-requirement"].(string); ok {
			id = found
		}
		if len(place) == 0 {
			return id
		}
		properties, _ := node["properties"].(map[string]any)
		next, ok := properties[place[0]].(map[string]any)
		if !ok {
			next, ok = node["items"].(map[string]any)
		}
		if !ok {
			return id
		}
		node, place = next, place[1:]
	}
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

// Example is a valid event of a family.
type Example struct {
	Name string
	Raw  []byte
}

// Examples returns the valid events of a family that ship with the schemas, in
// the order of their names.
func Examples(family string) []Example {
	Schema(family)
	dir := path.Join("examples", family)
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		panic(fmt.Sprintf("schemas: examples of %s: %v", family, err))
	}
	var examples []Example
	for _, entry := range entries {
		raw, err := files.ReadFile(path.Join(dir, entry.Name()))
		if err != nil {
			panic(fmt.Sprintf("schemas: example %s of %s: %v", entry.Name(), family, err))
		}
		examples = append(examples, Example{strings.TrimSuffix(entry.Name(), ".json"), raw})
	}
	return examples
}

// FamilyOf reads the type attribute of an event and returns the family whose
// schema admits it, or false for bytes that are no event of SPEC.md.
func FamilyOf(raw []byte) (string, bool) {
	var event struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(raw, &event) != nil {
		return "", false
	}
	for _, family := range Families() {
		if slices.Contains(Types(family), event.Type) {
			return family, true
		}
	}
	return "", false
}

// Types lists the values of the type attribute that a family admits.
func Types(family string) []string {
	Schema(family)
	properties := compiled()[family].source["properties"].(map[string]any)
	node := properties["type"].(map[string]any)
	if one, ok := node["const"].(string); ok {
		return []string{one}
	}
	var types []string
	for _, t := range node["enum"].([]any) {
		types = append(types, t.(string))
	}
	return types
}
