package schemas

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Field is a place of a family's schema that has a requirement of its own: an attribute
// that every event has, one whose value is fixed, or a member of data.
type Field struct {
	// Path is the way to it, as readers write it: "data.priority".
	Path     string
	Required bool
	// Want is what it has to be, as a part of a sentence: "a UUID", "`low` or `high`".
	Want string

	path []string
}

// Slug is the path as a part of an ID, with dots between its slugs.
func (f Field) Slug() string { return slugOf(f.path) }

var notInSlug = regexp.MustCompile(`[^a-z0-9]+`)

func slugOf(path []string) string {
	parts := make([]string, len(path))
	for i, part := range path {
		parts[i] = strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(part), "-"), "-")
	}
	return strings.Join(parts, ".")
}

// Fields lists the fields of a family, in the order in which its schema requires them,
// those that are not required last and by their names.
func (s *Set) Fields(family string) []Field { return s.of(family).fields }

func allFieldsOf(schema map[string]any) []Field {
	all := fieldsOf(schema, nil)
	if data := member(schema, "data"); len(data) > 0 {
		all = append(all, fieldsOf(data, []string{"data"})...)
	}
	return all
}

func fieldsOf(node map[string]any, at []string) []Field {
	required := orderOf(node)
	properties, _ := node["properties"].(map[string]any)
	var all []Field
	add := func(name string, isRequired bool) {
		path := append(slices.Clone(at), name)
		all = append(all, Field{Path: strings.Join(path, "."), Required: isRequired, Want: wantOf(member(node, name)), path: path})
	}
	for _, name := range required {
		add(name, true)
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if !slices.Contains(required, name) && (len(at) > 0 || fixed(member(node, name))) {
			add(name, false)
		}
	}
	return all
}

// fixed reports whether a schema lists the values that it takes.
func fixed(node map[string]any) bool { return node["const"] != nil || node["enum"] != nil }

func orderOf(node map[string]any) []string {
	list, _ := node["required"].([]any)
	var names []string
	for _, name := range list {
		if text, ok := name.(string); ok {
			names = append(names, text)
		}
	}
	return names
}

// wantOf says in words what a schema takes.
func wantOf(node map[string]any) string {
	if one, ok := node["const"]; ok {
		return quoted(one)
	}
	if list, ok := node["enum"].([]any); ok {
		var texts []string
		for _, one := range list {
			texts = append(texts, quoted(one))
		}
		return OneOf(texts)
	}
	var kinds []string
	format, _ := node["format"].(string)
	switch kind := node["type"].(type) {
	case string:
		kinds = []string{kind}
	case []any:
		for _, one := range kind {
			kinds = append(kinds, fmt.Sprint(one))
		}
	}
	if len(kinds) == 0 {
		return "a value"
	}
	var words []string
	for _, kind := range kinds {
		words = append(words, kindWords(kind, format, node))
	}
	return OneOf(words)
}

// kindWords are a JSON type with its format, with an article.
func kindWords(kind, format string, node map[string]any) string {
	switch {
	case kind == "string" && strings.EqualFold(format, "uuid"):
		return "a UUID"
	case kind == "string" && (format == "date-time" || strings.EqualFold(format, "timestamp")):
		return "an ISO 8601 timestamp"
	case kind == "array":
		items, _ := node["items"].(map[string]any)
		if kind, ok := items["type"].(string); ok {
			return "a list of " + kind + "s"
		}
		return "a list"
	case kind == "null":
		return "null"
	case strings.ContainsRune("aeio", rune(kind[0])):
		return "an " + kind
	}
	return "a " + kind
}

// OneOf joins texts as a sentence does: "a, b or c".
func OneOf(texts []string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	return strings.Join(texts[:len(texts)-1], ", ") + " or " + texts[len(texts)-1]
}

func quoted(value any) string {
	if text, ok := value.(string); ok {
		return "`" + text + "`"
	}
	raw, _ := json.Marshal(value) // it was JSON before
	return "`" + string(raw) + "`"
}
