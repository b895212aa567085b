package mutate

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/spec"
)

// Count counts the results with an outcome.
func Count(results []Result, status Status) int {
	count := 0
	for _, r := range results {
		if r.Status == status {
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
		reason := r.Message
		if r.Text != "" {
			reason = r.Text
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%.1f\t%s\n", r.ID, r.Status, visible.Line(strings.Join(r.Red, " ")), r.Seconds, visible.Line(firstLine(reason)))
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

// Survivors lists the mutants that were not killed, each with what it broke, what became
// of it, why, and the command that tries it again. There is no score: a number does not
// say what to fix. It is empty where all were killed.
func Survivors(s *spec.Spec, results []Result) string {
	var text strings.Builder
	for _, r := range results {
		if r.Status == Killed {
			continue
		}
		fmt.Fprintf(&text, "%s %s (%s, section %s): %s\n", r.ID, r.Status, r.Requirement, s.Requirement(r.Requirement).Section, r.What)
		for line := range strings.Lines(strings.TrimSpace(r.Text)) {
			fmt.Fprintf(&text, "    %s\n", strings.TrimRight(line, "\n"))
		}
		fmt.Fprintf(&text, "    again: bin/assay mutate --only '%s'\n", r.ID)
	}
	return text.String()
}
