package mutants

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"assay.dev/assay/spec"
)

// HarmlessPrefix starts the IDs of the harmless changes.
const HarmlessPrefix = "harmless."

// Harmless is a change that breaks nothing: no check may be red because of it.
type Harmless struct {
	// ID is HarmlessPrefix and words.
	ID string `yaml:"id"`
	// What says what is changed, in a sentence.
	What string `yaml:"what"`
	// Apply is done in this order and undone in reverse. All of it is on the platform.
	Apply []Step `yaml:"apply"`
}

// LoadHarmless returns the harmless changes of a specification, in the order of the files.
func LoadHarmless(s *spec.Spec) ([]Harmless, error) {
	all, err := load(s, files)
	return all.Harmless, err
}

// harmless adds the harmless changes of one entry of a file.
func (l *loader) harmless(name string, node *yaml.Node) {
	made, _, err := expand(l.spec, "", node)
	if err != nil {
		l.problem(name, node.Line, "%w", err)
	}
	for _, m := range made {
		for _, problem := range append(m.harms(), l.known.missing(m)...) {
			l.problem(name, node.Line, "%s: %s", m.ID, problem)
		}
		if other, ok := l.seen[m.ID]; ok {
			l.problem(name, node.Line, "%s is already in %s", m.ID, other)
		}
		l.seen[m.ID] = name
		l.all.Harmless = append(l.all.Harmless, Harmless{m.ID, m.What, m.Apply})
	}
}

// harms lists what is wrong with a harmless change as it is written.
func (m Mutant) harms() []string {
	var found []string
	if !strings.HasPrefix(m.ID, HarmlessPrefix) || m.Requirement != "" || m.Message != "" || m.Also != nil {
		found = append(found, "the ID must start with "+HarmlessPrefix+", and no requirement is broken")
	}
	if m.What == "" || len(m.Apply) == 0 {
		found = append(found, "what and apply must be given")
	}
	for i, step := range m.Apply {
		for _, problem := range step.problems() {
			found = append(found, fmt.Sprintf("apply[%d]%s", i, problem))
		}
	}
	if m.Place() != OnPlatform {
		found = append(found, "it does not change the platform")
	}
	return found
}
