package schemas

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// grammarFile is the grammar of CloudEvents as data.
const grammarFile = "cloudevents.json"

// AttributeType is a type of the grammar with values that it accepts and values
// that it rejects, each as JSON.
type AttributeType struct {
	Name    string   `json:"-"`
	Source  string   `json:"x-source"`
	Format  string   `json:"format"`
	Pattern string   `json:"x-pattern"`
	Refuses string   `json:"x-refuses"`
	Minimum *int64   `json:"minimum"`
	Maximum *int64   `json:"maximum"`
	Accepts []string `json:"x-accepts"`
	Rejects []string `json:"x-rejects"`

	matches, refuses *regexp.Regexp
}

var grammar = sync.OnceValue(func() map[string]*AttributeType {
	var file struct {
		Types map[string]*AttributeType `json:"$defs"`
	}
	if err := json.Unmarshal(grammarBytes, &file); err != nil {
		panic(fmt.Sprintf("schemas: %s: %v", grammarFile, err))
	}
	for name, t := range file.Types {
		t.Name = name
		if t.Pattern != "" {
			t.matches = regexp.MustCompile(t.Pattern)
		}
		if t.Refuses != "" {
			t.refuses = regexp.MustCompile(t.Refuses)
		}
	}
	return file.Types
})

// AttributeTypes returns the types of the grammar in the order of their names.
func AttributeTypes() []AttributeType {
	var all []AttributeType
	for _, name := range slices.Sorted(maps.Keys(grammar())) {
		all = append(all, *grammar()[name])
	}
	return all
}

// formats are the checks of the grammar that JSON Schema reaches by the keyword
// "format". A standard format is replaced by the grammar's own.
func formats() []*jsonschema.Format {
	check := map[string]func(*AttributeType, any) error{
		"String": text, "Integer": integer, "Attribute": attribute, "Timestamp": timestamp, "URI": uri, "UUID": text,
	}
	var all []*jsonschema.Format
	for name, t := range grammar() {
		validate := check[name]
		all = append(all, &jsonschema.Format{Name: t.Format, Validate: func(v any) error { return validate(t, v) }})
	}
	return all
}

// text checks a string by the type's expressions. A value of another JSON type is
// the business of the keyword "type".
func text(t *AttributeType, v any) error {
	s, ok := v.(string)
	switch {
	case !ok:
		return nil
	case t.matches != nil && !t.matches.MatchString(s):
		return fmt.Errorf("does not match %s (%s)", t.Pattern, t.Source)
	case t.refuses != nil && t.refuses.MatchString(s):
		return fmt.Errorf("holds a character that is not allowed (%s)", t.Source)
	}
	return nil
}

func integer(t *AttributeType, v any) error {
	n, ok := v.(json.Number)
	if !ok {
		return nil
	}
	if !t.matches.MatchString(string(n)) {
		return fmt.Errorf("is no integer without fraction and exponent of 32 bits (%s)", t.Source)
	}
	value, ok := new(big.Int).SetString(string(n), 10)
	if !ok || value.Cmp(big.NewInt(*t.Minimum)) < 0 || value.Cmp(big.NewInt(*t.Maximum)) > 0 {
		return fmt.Errorf("is not between %d and %d (%s)", *t.Minimum, *t.Maximum, t.Source)
	}
	return nil
}

func attribute(_ *AttributeType, v any) error {
	return errors.Join(text(grammar()["String"], v), integer(grammar()["Integer"], v))
}

func uri(t *AttributeType, v any) error {
	if err := text(t, v); err != nil {
		return err
	}
	if s, ok := v.(string); ok {
		if _, err := url.Parse(s); err != nil {
			return fmt.Errorf("is no URI: %w (%s)", err, t.Source)
		}
	}
	return nil
}

func timestamp(_ *AttributeType, v any) error {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	_, err := ParseTime(s)
	return err
}

// ParseTime reads a timestamp of RFC 3339 (5.6). A leap second, which Go's time does
// not have, is returned as the second after it.
func ParseTime(s string) (time.Time, error) {
	t := grammar()["Timestamp"]
	part := t.matches.FindStringSubmatch(s)
	if part == nil {
		return time.Time{}, fmt.Errorf("is no timestamp of the form 2026-02-15T09:30:00Z (%s)", t.Source)
	}
	leap := part[6] == "60"
	upper := strings.ToUpper(s)
	if leap {
		upper = upper[:17] + "59" + upper[19:]
	}
	at, err := time.Parse(time.RFC3339, upper)
	if err != nil {
		return time.Time{}, fmt.Errorf("is no day of the calendar: %w (%s)", err, t.Source)
	}
	if !leap {
		return at, nil
	}
	last := at.UTC()
	if last.Hour() != 23 || last.Minute() != 59 || last.AddDate(0, 0, 1).Day() != 1 {
		return time.Time{}, fmt.Errorf("%s is no leap second (%s)", strconv.Quote(s), t.Source)
	}
	return at.Add(time.Second), nil
}

// inline replaces each reference to a type of the grammar by the type's keywords,
// so that whoever walks a schema finds them in place.
func inline(node any) any {
	switch node := node.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range node {
			name, found := strings.CutPrefix(fmt.Sprint(value), grammarFile+"#/$defs/")
			if key != "$ref" || !found {
				out[key] = inline(value)
				continue
			}
			maps.Copy(out, keywords(name))
		}
		return out
	case []any:
		for i := range node {
			node[i] = inline(node[i])
		}
	}
	return node
}

// keywords are the JSON Schema keywords of a type: what its format checks is not
// said twice.
func keywords(name string) map[string]any {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(grammarBytes))
	if err != nil {
		panic(fmt.Sprintf("schemas: %s: %v", grammarFile, err))
	}
	found, ok := doc.(map[string]any)["$defs"].(map[string]any)[name].(map[string]any)
	if !ok {
		panic(fmt.Sprintf("schemas: %s has no type %s", grammarFile, name))
	}
	return map[string]any{"type": found["type"], "format": found["format"]}
}
