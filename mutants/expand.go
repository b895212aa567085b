package mutants

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"assay.dev/assay/spec"
)

// expand makes the mutants of one entry of a file: one for each row of the table that the
// entry is for, or one. Texts are Go templates (text/template) on the row; {x} in IDs
// stands for the row's name x, and * in related checks for any part. An entry for what
// the specification does not have makes none.
func expand(s *spec.Spec, entry *yaml.Node) ([]Mutant, error) {
	var table struct {
		For string `yaml:"for"`
	}
	if err := entry.Decode(&table); err != nil {
		return nil, err
	}
	rows, known := s.Rows(table.For)
	if !known {
		return nil, fmt.Errorf("there is no table %q", table.For)
	}
	var made []Mutant
	for _, row := range rows {
		filled, err := fill(s, row, entry)
		if err != nil {
			return nil, err
		}
		m, err := decode(filled)
		if err != nil {
			return nil, err
		}
		if requirements, known := s.OfTemplate(m.Requirement); known && len(requirements) == 0 {
			continue
		}
		if m.Also, err = related(s, m.Also); err != nil {
			return nil, fmt.Errorf("%s: also: %w", m.ID, err)
		}
		made = append(made, m)
	}
	return made, nil
}

// decode decodes a mutant whose texts are filled in, strictly.
func decode(node *yaml.Node) (Mutant, error) {
	raw, err := yaml.Marshal(node)
	if err != nil {
		return Mutant{}, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	var m Mutant
	err = decoder.Decode(&m)
	return m, err
}

// fill copies an entry with its texts filled in, and without its table.
func fill(s *spec.Spec, row spec.Row, node *yaml.Node) (*yaml.Node, error) {
	copied := *node
	copied.Content = nil
	for i, child := range node.Content {
		if node.Kind == yaml.MappingNode && node.Content[i-i%2].Value == "for" && isEntry(node) {
			continue
		}
		filled, err := fill(s, row, child)
		if err != nil {
			return nil, err
		}
		copied.Content = append(copied.Content, filled)
	}
	if node.Kind != yaml.ScalarNode {
		return &copied, nil
	}
	text, err := s.Execute(row.Fill(node.Value), row.Value)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", node.Line, err)
	}
	if text == node.Value {
		return &copied, nil
	}
	if strings.HasPrefix(node.Value, "{{") && strings.HasSuffix(node.Value, "}}") && strings.Count(node.Value, "{{") == 1 {
		// A value by itself is a number, a list or whatever it reads as.
		var value yaml.Node
		if err := yaml.Unmarshal([]byte(text), &value); err == nil && len(value.Content) == 1 {
			return value.Content[0], nil
		}
	}
	copied.Value = text
	return &copied, nil
}

// isEntry says whether a mapping is a mutant, not something in it.
func isEntry(node *yaml.Node) bool {
	for i := 0; i < len(node.Content); i += 2 {
		if node.Content[i].Value == "requirement" {
			return true
		}
	}
	return false
}

// related are the requirements that a list of IDs and patterns names. What the catalog
// has and the specification does not come to is left out.
func related(s *spec.Spec, list []string) ([]string, error) {
	var ids []string
	for _, name := range list {
		if strings.Contains(name, "*") {
			for _, r := range s.Requirements {
				if ok, err := path.Match(name, r.ID); err != nil {
					return nil, err
				} else if ok {
					ids = append(ids, r.ID)
				}
			}
			continue
		}
		if requirements, known := s.OfTemplate(name); known && len(requirements) == 0 {
			continue
		}
		if _, ok := s.Lookup(name); !ok {
			return nil, fmt.Errorf("there is no requirement %q", name)
		}
		ids = append(ids, name)
	}
	return ids, nil
}
