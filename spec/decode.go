package spec

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Problems lists everything that is wrong with one file, in the order of its
// lines. Each entry starts with file and, where one is known, the line.
type Problems []string

func (p Problems) Error() string { return strings.Join(p, "\n") }

var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)

// decodeStrict decodes one YAML document into out, a pointer to a struct.
// Unknown, missing and doubled keys and unusable values are all reported, each
// with name and line; out is only to be used when the error is nil.
func decodeStrict(name string, raw []byte, out any) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return Problems{located(name, err.Error())}
	}
	if len(doc.Content) == 0 {
		return Problems{name + ": the file is empty"}
	}
	walk := shape{file: name}
	walk.check(doc.Content[0], reflect.TypeOf(out).Elem(), "")
	if len(walk.problems) > 0 {
		return walk.problems
	}
	err := doc.Content[0].Decode(out)
	var typed *yaml.TypeError
	switch {
	case errors.As(err, &typed):
		var problems Problems
		for _, e := range typed.Errors {
			problems = append(problems, located(name, e))
		}
		return problems
	case err != nil:
		return Problems{located(name, err.Error())}
	}
	return nil
}

// located turns "line 3: text" into "file:3: text".
func located(name, text string) string {
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%s:%s: %s", name, m[1], m[2])
	}
	return name + ": " + strings.TrimPrefix(text, "yaml: ")
}

// shape compares the keys of a YAML tree with the fields of a Go type.
type shape struct {
	file     string
	problems Problems
}

func (s *shape) add(n *yaml.Node, format string, args ...any) {
	s.problems = append(s.problems, fmt.Sprintf("%s:%d: %s", s.file, n.Line, fmt.Sprintf(format, args...)))
}

var unmarshaler = reflect.TypeFor[yaml.Unmarshaler]()

func (s *shape) check(n *yaml.Node, t reflect.Type, path string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		s.check(n, t.Elem(), path)
	case reflect.Struct:
		s.checkStruct(n, t, path)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			s.add(n, "%s must be a list", orTop(path))
			return
		}
		for i, item := range n.Content {
			s.check(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Map:
		if n.Kind != yaml.MappingNode {
			s.add(n, "%s must be a mapping", orTop(path))
			return
		}
		s.doubled(n, path)
		for i := 0; i+1 < len(n.Content); i += 2 {
			s.check(n.Content[i+1], t.Elem(), join(path, n.Content[i].Value))
		}
	}
}

func (s *shape) checkStruct(n *yaml.Node, t reflect.Type, path string) {
	if n.Kind != yaml.MappingNode {
		s.add(n, "%s must be a mapping", orTop(path))
		return
	}
	s.doubled(n, path)
	fields, required, names := fieldsOf(t)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		field, ok := fields[key.Value]
		if !ok {
			s.add(key, "unknown key %q%s", join(path, key.Value), hint(key.Value, names))
			continue
		}
		delete(required, key.Value)
		s.check(n.Content[i+1], field, join(path, key.Value))
	}
	for _, name := range names {
		if required[name] {
			s.add(n, "missing key %q", join(path, name))
		}
	}
}

func (s *shape) doubled(n *yaml.Node, path string) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if line, ok := seen[key.Value]; ok {
			s.add(key, "key %q is already set on line %d", join(path, key.Value), line)
		}
		seen[key.Value] = key.Line
	}
}

// fieldsOf lists the YAML keys of a struct. A field without `omitempty` must
// be present in the file: a forgotten value is not zero.
func fieldsOf(t reflect.Type) (fields map[string]reflect.Type, required map[string]bool, names []string) {
	fields, required = map[string]reflect.Type{}, map[string]bool{}
	for i := range t.NumField() {
		tag := t.Field(i).Tag.Get("yaml")
		name, options, _ := strings.Cut(tag, ",")
		if options == "inline" {
			inner, needed, more := fieldsOf(t.Field(i).Type)
			maps.Copy(fields, inner)
			maps.Copy(required, needed)
			names = append(names, more...)
			continue
		}
		if name == "-" || name == "" {
			continue
		}
		fields[name] = t.Field(i).Type
		required[name] = options != "omitempty"
		names = append(names, name)
	}
	return fields, required, names
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func orTop(path string) string {
	if path == "" {
		return "the document"
	}
	return path
}
