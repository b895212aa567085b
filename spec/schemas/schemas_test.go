package schemas

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// taskEvent is a family of the reference specification.
const taskEvent = "task-event"

// reference loads the schemas of the reference specification.
func reference(t *testing.T) *Set {
	t.Helper()
	set, err := Load(os.DirFS("../todo/schemas"))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestExamplesAreValid(t *testing.T) {
	set := reference(t)
	for _, family := range set.Families() {
		examples := set.Examples(family)
		if len(examples) < 3 {
			t.Errorf("%s has %d examples, want at least 3", family, len(examples))
		}
		for _, e := range examples {
			t.Run(family+"/"+e.Name, func(t *testing.T) {
				if err := set.Validate(family, e.Raw); err != nil {
					t.Error(err)
				}
				if got, ok := set.FamilyOf(e.Raw); !ok || got != family {
					t.Errorf("taken for a %q", got)
				}
			})
		}
	}
}

// bounded is a family whose members have every kind of bound.
const bounded = `{"type": "object", "description": "What is counted.", "required": ["type"], "properties": {
	"type": {"const": "a.b"},
	"data": {"type": "object", "properties": {
		"left": {"type": "integer", "minimum": 0, "maximum": 9, "default": 1},
		"share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
		"pairs": {"type": "integer", "multipleOf": 2},
		"step": {"type": "number", "multipleOf": 0.5},
		"code": {"type": "string", "pattern": "^[A-Z]{2}$"},
		"note": {"type": "string", "minLength": 2, "maxLength": 4},
		"shelves": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 3},
		"colors": {"type": "array", "uniqueItems": true}
	}}}}`

const counted = `{"type": "a.b", "data": {"left": 7, "share": 0.5, "pairs": 4, "step": 1.5, "code": "DE", "note": "abc", "shelves": ["a", "b"], "colors": ["red"]}}`

func TestEveryVariantBreaksExactlyItsOwnConstraint(t *testing.T) {
	breakExactlyTheirOwn(t, reference(t))
}

func TestEveryVariantOfABoundBreaksThatBound(t *testing.T) {
	set, err := Load(fstest.MapFS{"count.json": {Data: []byte(bounded)}, "examples/count/one.json": {Data: []byte(counted)}})
	if err != nil {
		t.Fatal(err)
	}
	breakExactlyTheirOwn(t, set)
	if got := len(set.Variants("count")); got != 25 {
		t.Errorf("%d variants, want 25", got)
	}
}

func breakExactlyTheirOwn(t *testing.T, set *Set) {
	t.Helper()
	for _, family := range set.Families() {
		names := map[string]bool{}
		for _, v := range set.Variants(family) {
			if names[v.Name] {
				t.Errorf("%s: two variants are called %q", family, v.Name)
			}
			names[v.Name] = true
			t.Run(family+"/"+v.Name, func(t *testing.T) {
				var invalid *Invalid
				if err := set.Validate(family, v.Raw); !errors.As(err, &invalid) {
					t.Fatalf("accepted (%v): %s", err, v.Raw)
				}
				if len(invalid.Violations) != 1 {
					t.Fatalf("%d reasons: %v", len(invalid.Violations), invalid)
				}
				got := invalid.Violations[0]
				if strings.Contains(v.Name, "Not_An_Attribute") {
					// The library reports the name, not the member.
					got.Location = v.Location
				}
				if got.Keyword != v.Keyword || got.Location != v.Location || got.Requirement != v.Requirement {
					t.Errorf("refused for %s at %q (%s), want %s at %q (%s)",
						got.Keyword, got.Location, got.Requirement, v.Keyword, v.Location, v.Requirement)
				}
			})
		}
	}
}

// The variants are generated, so their number is asserted by hand: a generator
// that forgets a branch would otherwise shrink the negative tests in silence.
func TestNumberOfVariants(t *testing.T) {
	set, want := reference(t), map[string]int{taskEvent: 51, "reminder-event": 41, "task-update-event": 40}
	for _, family := range set.Families() {
		if got := len(set.Variants(family)); got != want[family] {
			var list []string
			for _, v := range set.Variants(family) {
				list = append(list, v.Name)
			}
			t.Errorf("%s has %d variants, want %d:\n%s", family, got, want[family], strings.Join(list, "\n"))
		}
	}
}

func TestUndecodableIsRefused(t *testing.T) {
	set := reference(t)
	for name, raw := range Undecodable() {
		err := set.Validate(taskEvent, raw)
		var invalid *Invalid
		if err == nil || errors.As(err, &invalid) || !strings.Contains(err.Error(), "not JSON") {
			t.Errorf("%s: %v", name, err)
		}
		if family, ok := set.FamilyOf(raw); ok {
			t.Errorf("%s is taken for a %s", name, family)
		}
	}
}

func TestMessageSaysWhatIsWrongWhere(t *testing.T) {
	set := reference(t)
	raw := strings.Replace(string(set.Examples(taskEvent)[0].Raw), `"high"`, `"urgent"`, 1)
	raw = strings.Replace(raw, `"home"`, `7`, 1)
	err := set.Validate(taskEvent, []byte(raw))
	want := "not a valid task-event: data.priority: value must be one of 'low', 'medium', 'high' (event.task-event.data.priority); data.tags[0]: got number, want string (event.task-event.data.tags)"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestUnknownFamilyPanics(t *testing.T) {
	set := reference(t)
	defer func() {
		want := `schemas: no family "task"; use one of reminder-event, task-event, task-update-event`
		if got := fmt.Sprint(recover()); got != want {
			t.Errorf("panic %s", got)
		}
	}()
	_ = set.Validate("task", nil)
}

// A schema that cannot be used is an error that names its file, never a panic.
func TestBrokenSchemasAreErrors(t *testing.T) {
	const good = `{"type":"object","properties":{"type":{"const":"a.b"}},"required":["type"]}`
	for name, test := range map[string]struct{ schema, example, want string }{
		"no JSON":             {`{`, `{"type":"a.b"}`, "schemas/a.json: unexpected EOF"},
		"no object":           {`true`, `{"type":"a.b"}`, "schemas/a.json: a schema is a JSON object"},
		"no types":            {`{"type":"object"}`, `{}`, "schemas/a.json: the attribute type has neither a const nor an enum of texts"},
		"not compilable":      {`{"type":"thing"}`, `{}`, "schemas/a.json: "},
		"an invalid example":  {good, `{"type":"c"}`, "schemas/a.json: example 1: not a valid a: type: "},
		"no example":          {good, "", "schemas/a.json: examples/a holds no valid event"},
		"an unknown keyword":  {strings.Replace(good, `"const":"a.b"`, `"const":"a.b","not":{"const":"c"}`, 1), `{"type":"a.b"}`, `schemas/a.json: no invalid variant is known for keyword "not" at "type"`},
		"nothing to be wrong": {good, `{"type":"a.b"}`, ""},
	} {
		files := fstest.MapFS{"a.json": {Data: []byte(test.schema)}}
		if test.example != "" {
			files["examples/a/1.json"] = &fstest.MapFile{Data: []byte(test.example)}
		}
		_, err := Load(files)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}
