package spec

import (
	"fmt"
)

type cellsFile struct {
	// Areas says which section of the document each area of the catalog is.
	Areas map[string]string `yaml:"areas"`
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

// parseClaims reads cells.yaml: the claims that are written by hand, and the sections
// of areas.
func parseClaims(name string, raw []byte) ([]Claim, map[string]string, error) {
	var file cellsFile
	if err := decodeStrict(name, raw, &file); err != nil {
		return nil, nil, err
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
			list = append(list, Claim{Section: section.Section, Kind: s.Kind, Key: s.Key, Text: s.Text, IDs: s.IDs})
		}
	}
	if len(c.problems) > 0 {
		return nil, nil, c.problems
	}
	return list, file.Areas, nil
}
