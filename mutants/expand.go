package mutants

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"assay.dev/assay/spec"
)

// entry is what a file says of a mutant beside the mutant itself.
type entry struct {
	Requirement string `yaml:"requirement"`
	// For names the table: one mutant is made for each of its rows. Without it there is
	// one, whose row is the platform.
	For string `yaml:"for"`
	// If is a text that is filled from the row: the row makes no mutant where it comes to
	// nothing, false, 0, -1 or an empty list.
	If string `yaml:"if"`
	// Turns are taken by the rows one after the other, Each are taken by every row: {x}
	// stands for the member x of a turn or of one of each.
	Turns []map[string]string `yaml:"turns"`
	Each  []map[string]string `yaml:"each"`
	// Without says why there is no mutant, for a specification that no row suits.
	Without string `yaml:"without"`
}

// keys are the keys of entry that a mutant does not have.
var keys = []string{"for", "if", "turns", "each", "without"}

// about is the requirement that an entry is for, with names in braces, and why it has no
// mutant of one, or of a row of it.
type about struct{ requirement, why string }

// expand makes the mutants of one entry of a file: one for each row of its table that
// suits. Texts are Go templates (text/template) on the row; {x} stands for the row's name
// x, and * in related checks for any part. table is that of an entry which names none. It
// says what the entry is for as well, whether there is a mutant or not.
func expand(s *spec.Spec, table string, node *yaml.Node) ([]Mutant, []about, error) {
	e := entry{For: table}
	if err := node.Decode(&e); err != nil {
		return nil, nil, err
	}
	if len(e.Each) == 0 {
		e.Each = []map[string]string{{}}
	}
	var made []Mutant
	var of []about
	for _, item := range e.Each {
		requirement := spec.Row{Names: item}.Fill(e.Requirement)
		of = append(of, about{requirement, e.reason()})
		if requirements, known := s.OfTemplate(requirement); known && len(requirements) == 0 {
			continue // the specification does not have what it is about
		}
		rows, err := rowsOf(s, e)
		if err != nil {
			return made, of, err
		}
		for _, row := range rows {
			m, err := fillMutant(s, with(row, item), node)
			if err != nil {
				return made, of, err
			}
			made = append(made, m)
		}
	}
	return made, of, nil
}

// with is a row with more names.
func with(row spec.Row, more map[string]string) spec.Row {
	names := maps.Clone(more)
	maps.Copy(names, row.Names)
	row.Names = names
	return row
}

// reason says why the entry makes no mutant of a row.
func (e entry) reason() string {
	switch {
	case e.Without != "":
		return e.Without
	case tables[e.For].missing != "":
		return tables[e.For].missing
	case e.For != "":
		return fmt.Sprintf("The specification has no row of %s that suits.", e.For)
	}
	return "The specification does not have what would be broken."
}

// rowsOf are the rows that suit an entry, each with the members of its turn.
func rowsOf(s *spec.Spec, e entry) ([]spec.Row, error) {
	all, known := rows(s, e.For)
	if !known {
		return nil, fmt.Errorf("there is no table %q", e.For)
	}
	var suit []spec.Row
	for _, row := range all {
		ok, err := holds(s, row, e.If)
		if err != nil {
			return nil, fmt.Errorf("if: %w", err)
		}
		if !ok {
			continue
		}
		if len(e.Turns) > 0 {
			row = with(row, e.Turns[len(suit)%len(e.Turns)])
		}
		suit = append(suit, row)
	}
	return suit, nil
}

// holds reports whether a condition comes to something. No condition always does.
func holds(s *spec.Spec, row spec.Row, condition string) (bool, error) {
	if condition == "" {
		return true, nil
	}
	text, err := s.Execute(row.Fill(condition), row.Value)
	return !slices.Contains([]string{"", "false", "0", "-1", "[]"}, strings.TrimSpace(text)), err
}

// fillMutant makes the mutant of one row.
func fillMutant(s *spec.Spec, row spec.Row, node *yaml.Node) (Mutant, error) {
	filled, err := fill(s, row, without(node, keys...))
	if err != nil {
		return Mutant{}, err
	}
	m, err := decode(filled)
	if err != nil {
		return m, err
	}
	if m.Also, err = related(s, m.Also); err != nil {
		return m, fmt.Errorf("%s: also: %w", m.ID, err)
	}
	m.Also = slices.DeleteFunc(m.Also, func(id string) bool { return id == m.Requirement })
	return m, nil
}

// without is a mapping without some keys.
func without(node *yaml.Node, keys ...string) *yaml.Node {
	copied := *node
	copied.Content = nil
	for i := 0; i+1 < len(node.Content); i += 2 {
		if !slices.Contains(keys, node.Content[i].Value) {
			copied.Content = append(copied.Content, node.Content[i], node.Content[i+1])
		}
	}
	return &copied
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

// fill copies a node with its texts filled in. An item of a list with a key `if` that
// comes to nothing is left out.
func fill(s *spec.Spec, row spec.Row, node *yaml.Node) (*yaml.Node, error) {
	if node.Kind == yaml.ScalarNode {
		return fillText(s, row, node)
	}
	copied := *node
	copied.Content = nil
	for _, child := range node.Content {
		if node.Kind == yaml.SequenceNode && child.Kind == yaml.MappingNode {
			var item struct {
				If string `yaml:"if"`
			}
			if err := child.Decode(&item); err != nil {
				return nil, err
			}
			if ok, err := holds(s, row, item.If); err != nil || !ok {
				if err != nil {
					return nil, fmt.Errorf("line %d: if: %w", child.Line, err)
				}
				continue
			}
			child = without(child, "if")
		}
		filled, err := fill(s, row, child)
		if err != nil {
			return nil, err
		}
		copied.Content = append(copied.Content, filled)
	}
	return &copied, nil
}

// alone matches a text that is a name in braces and nothing else.
var alone = regexp.MustCompile(`^\{[a-z]+\}$`)

// fillText fills one text in. A text that is a template or a name and nothing else becomes
// what it reads as: a number, a list or whatever.
func fillText(s *spec.Spec, row spec.Row, node *yaml.Node) (*yaml.Node, error) {
	copied := *node
	named := row.Fill(node.Value)
	text, err := s.Execute(named, row.Value)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", node.Line, err)
	}
	if text == node.Value {
		return &copied, nil
	}
	if alone.MatchString(node.Value) || strings.HasPrefix(named, "{{") && strings.HasSuffix(named, "}}") && strings.Count(named, "{{") == 1 {
		if value, is := valueOf(text); is {
			return value, nil
		}
	}
	copied.Value = text
	return &copied, nil
}

// valueOf is the value that a text reads as, if it is a scalar, a list in brackets or a
// mapping in braces. A text with a colon in it is a text.
func valueOf(text string) (*yaml.Node, bool) {
	var value yaml.Node
	if err := yaml.Unmarshal([]byte(text), &value); err != nil || len(value.Content) != 1 {
		return nil, false
	}
	node := value.Content[0]
	return node, node.Kind == yaml.ScalarNode || node.Style&yaml.FlowStyle != 0
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
