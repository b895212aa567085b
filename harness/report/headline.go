package report

import (
	"fmt"
	"strings"

	"assay.dev/assay/spec"
)

// headline says in a sentence what came out, and of how much.
func headline(r *Report) string {
	line := musts(r)
	if r.Mutation != nil && line == "" {
		return fmt.Sprintf("%d of %d mutants were killed.", r.Mutation.Killed, len(r.Mutation.Mutants))
	}
	if line == "" {
		return "No MUST was judged."
	}
	return fmt.Sprintf("%s; %s faults exercised, %s requirements selected.", line, r.Coverage.Faults, r.Coverage.Selected)
}

// musts says what became of the selected MUSTs, nothing without any.
func musts(r *Report) string {
	for _, c := range r.Counts {
		if c.Level != spec.Must || c.Total == 0 {
			continue
		}
		var parts []string
		for _, part := range []struct {
			n    int
			text string
		}{{c.Fail, "failed"}, {c.Inconclusive, "inconclusive"}, {c.NotRun, "not run"}, {c.Skipped, "skipped"}, {c.Waived, "waived"}} {
			if part.n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", part.n, part.text))
			}
		}
		switch {
		case len(parts) > 0:
			return fmt.Sprintf("%d of %d selected MUSTs pass, %s", c.Pass, c.Total, strings.Join(parts, ", "))
		case r.Green():
			return fmt.Sprintf("All %d selected MUSTs pass", c.Total)
		}
		return fmt.Sprintf("All %d selected MUSTs pass, and the run is %s", c.Total, r.Verdict)
	}
	return ""
}
