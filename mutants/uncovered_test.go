package mutants

import (
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// TestMutants holds requirements and mutants against each other: what nobody has
// tried to break is not known to be checked, and has to be said.
func TestMutants(t *testing.T) {
	list, equivalents, err := Load(todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	uncovered, err := LoadUncovered(todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	places := map[string][]string{}
	add := func(id, place string) {
		if !slices.Contains(places[id], place) {
			places[id] = append(places[id], place)
		}
	}
	for _, m := range list {
		add(m.Requirement, "the mutants")
	}
	for _, e := range equivalents {
		add(e.Requirement, "those that none can break")
	}
	for _, u := range uncovered {
		for _, id := range u.Requirements {
			add(id, "those that nobody has tried to break")
		}
	}
	for _, r := range todo.Must().Requirements {
		switch found := places[r.ID]; {
		case len(found) > 1:
			t.Errorf("%s is among %s", r.ID, strings.Join(found, " and among "))
		case len(found) == 0 && r.Level == spec.Must:
			t.Errorf("%s has no mutant, and is not said to have none", r.ID)
		}
	}
}
