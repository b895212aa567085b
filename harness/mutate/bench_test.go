package mutate

import (
	"strings"
	"testing"

	"assay.dev/assay/mutants"
)

func TestMeasure(t *testing.T) {
	list := []mutants.Mutant{
		{ID: "a", Apply: []mutants.Step{{Restart: &mutants.Restart{}}}},
		{ID: "b", Apply: []mutants.Step{{Rewrite: &mutants.Rewrite{}}}},
		{ID: "c", Apply: []mutants.Step{{Delete: &mutants.Object{}}}},
		{ID: "d", Apply: []mutants.Step{{Cloud: &mutants.Cloud{}}}},
		{ID: "e", Apply: []mutants.Step{{File: &mutants.File{}}}},
	}
	results := []Result{{ID: "a", Seconds: 30}, {ID: "b", Seconds: 2}, {ID: "c", Seconds: 11}, {ID: "d", Seconds: 0.5}, {ID: "e", Seconds: 9}}
	b := Measure(results, list)
	if live := b.Results[0]; live.Tried != 3 || live.Median != 11 || live.Most != 30 || live.Total != 43 || !live.WithinBound() {
		t.Errorf("%+v", live)
	}
	if cloud := b.Results[1]; cloud.Tried != 2 || cloud.Median != 9 || cloud.WithinBound() {
		t.Errorf("%+v", cloud)
	}
	if text := b.String(); strings.Count(text, "over") != 1 {
		t.Errorf("%s", text)
	}
	if empty := Measure(nil, nil).Results[0]; empty.Tried != 0 || empty.Median != 0 {
		t.Errorf("%+v", empty)
	}
}
