package mutate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"assay.dev/assay/spec"
)

// Count counts the results with an outcome.
func Count(results []Result, outcome Outcome) int {
	count := 0
	for _, r := range results {
		if r.Outcome == outcome {
			count++
		}
	}
	return count
}

// Score is a table of killed and tried mutants by section of the specification.
func Score(results []Result) string {
	killed, tried := map[string]int{}, map[string]int{}
	for _, r := range results {
		section := spec.Req(r.Requirement).Section
		tried[section]++
		if r.Outcome == Killed {
			killed[section]++
		}
	}
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "section\tkilled\ttried\tscore\t")
	line := func(name string, killed, tried int) {
		fmt.Fprintf(table, "%s\t%d\t%d\t%.0f %%\t\n", name, killed, tried, 100*float64(killed)/float64(max(tried, 1)))
	}
	for _, section := range slices.Sorted(maps.Keys(tried)) {
		line(section, killed[section], tried[section])
	}
	line("all", Count(results, Killed), len(results))
	_ = table.Flush() // a strings.Builder takes everything
	return text.String()
}
