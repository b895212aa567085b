package mutate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"assay.dev/assay/harness/report/visible"
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

// Table says of each mutant what it broke, which checks went red, and what the one
// that was to see it said.
func Table(results []Result) string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "mutant\tresult\tred\tseconds\tsaid\t")
	for _, r := range results {
		said := r.Message
		if r.Text != "" {
			said = r.Text
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%.1f\t%s\n", r.ID, r.Outcome, visible.Line(strings.Join(r.Red, " ")), r.Seconds, visible.Line(firstLine(said)))
	}
	_ = table.Flush() // a strings.Builder takes everything
	return text.String()
}

// firstLine is the first line of a text, cut where it gets too wide for a table.
func firstLine(text string) string {
	const most = 120
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
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
