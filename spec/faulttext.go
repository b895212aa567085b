package spec

import (
	_ "embed"
	"fmt"
)

//go:embed faults.yaml
var faultTexts []byte

// FaultText is what the sentence of a fault's requirement is made of.
type FaultText struct {
	What   string `yaml:"what,omitempty"`
	Demand string `yaml:"demand,omitempty"`
	Level  Level  `yaml:"level,omitempty"`
	Why    string `yaml:"why,omitempty"`
}

// Defaults of a fault's text.
const (
	usualDemand = "be Ready again, and every accepted event accounted for"
	usualWhy    = "The specification draws no outage, and every platform has them; an event flow that holds in fair weather only is not one."
)

// describeFaults gives each fault its requirement's ID, and its text where the
// specification gives none. A fault that nobody describes is an error.
func (s *Spec) describeFaults() error {
	var file struct {
		Faults []struct {
			Name      string `yaml:"name"`
			FaultText `yaml:",inline"`
		} `yaml:"faults"`
	}
	if err := decodeStrict("faults.yaml", faultTexts, &file); err != nil {
		return err
	}
	known := map[string]FaultText{}
	var names []string
	for _, f := range file.Faults {
		known[f.Name] = f.FaultText
		names = append(names, f.Name)
	}
	var problems Problems
	for i := range s.Faults {
		f := &s.Faults[i]
		if f.What == "" {
			text, ok := known[f.Name]
			if !ok {
				problems = append(problems, fmt.Sprintf("%s: faults[%s]: assay has no fault of this name%s, and the specification does not define it", PlatformFile, f.Name, hint(f.Name, names)))
			}
			f.FaultText = text
		}
		f.Demand, f.Why = orDefault(f.Demand, usualDemand), orDefault(f.Why, usualWhy)
		f.Level = orDefault(f.Level, Must)
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

func orDefault[T comparable](value, usual T) T {
	var none T
	if value == none {
		return usual
	}
	return value
}
