package spec

import (
	"fmt"
)

// Claim ties one thing that SPEC.md states to the requirements that check it.
// Kind and Key are those of package document.
type Claim struct {
	Section string
	Kind    string
	Key     string
	Text    string
	IDs     []string
}

type cellsFile struct {
	Cells []struct {
		Section string `yaml:"section"`
		States  []struct {
			Kind string   `yaml:"kind"`
			Key  string   `yaml:"key"`
			Text string   `yaml:"text,omitempty"`
			IDs  []string `yaml:"ids"`
		} `yaml:"states"`
	} `yaml:"cells"`
}

func parseClaims(name string, raw []byte) ([]Claim, error) {
	var file cellsFile
	if err := decodeStrict(name, raw, &file); err != nil {
		return nil, err
	}
	c := &checker{file: name}
	var list []Claim
	for _, section := range file.Cells {
		for _, s := range section.States {
			if s.Text == "" {
				s.Text = s.Key
			}
			if len(s.IDs) == 0 {
				c.add("%s: %s %q claims no ID", section.Section, s.Kind, s.Key)
			}
			c.unique(fmt.Sprintf("%s: %s %q", section.Section, s.Kind, s.Key), s.IDs)
			list = append(list, Claim{section.Section, s.Kind, s.Key, s.Text, s.IDs})
		}
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return list, nil
}
