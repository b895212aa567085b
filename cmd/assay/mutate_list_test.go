package main

import (
	"strings"
	"testing"

	"assay.dev/assay/spec/source"
)

// TestListShowsTheMutantsOfTheChosenSpecification and what none of them breaks.
func TestListShowsTheMutantsOfTheChosenSpecification(t *testing.T) {
	for dir, want := range map[string][]string{
		"": {
			"topic.task-events.partitions-more (platform, mutants/topics.yaml): The topic task-events has one partition more.\n",
			" requirements of spec/todo\n", "which count as not killed: 1\n    monitoring.logging-agent (MAY): ",
			"requirements that no mutant can break: 1\n    topic.replicas (MUST): ",
		},
		"../../testdata/shop": {
			"topic.stock.partitions-more (platform, mutants/topics.yaml): The topic stock has one partition more.\n",
			"testdata/shop\n", "which count as not killed: 1\n    monitoring.logging-agent (MAY): ",
			"requirements that no mutant can break: 0\n",
		},
	} {
		t.Setenv(source.Env, dir)
		out, errs, code := assay(t, "mutate", "--list", "--only", "topic.*")
		if code != exitGreen {
			t.Fatalf("%s: %d %s", dir, code, errs)
		}
		for _, text := range want {
			if !strings.Contains(out, text) {
				t.Errorf("%s: no %q in\n%s", dir, text, out)
			}
		}
		if strings.Contains(out, "quota.") {
			t.Errorf("%s: what was not selected is listed:\n%s", dir, out)
		}
	}
}
