package report

import (
	"fmt"
	"strings"

	"assay.dev/assay/spec"
)

// headline says in a sentence what came out.
func headline(r *Report) string {
	for _, c := range r.Counts {
		if c.Level != spec.Must || c.Total == 0 {
			continue
		}
		if r.Green() {
			text := fmt.Sprintf("All %d MUSTs that were asked for hold", c.Total)
			if c.Skipped > 0 {
				text = fmt.Sprintf("%d of %d MUSTs hold; %d were skipped for what the target lacks", c.Pass, c.Total, c.Skipped)
			}
			return text + "."
		}
		var parts []string
		for _, part := range []struct {
			n    int
			text string
		}{{c.Fail, "failed"}, {c.Inconclusive, "inconclusive"}, {c.NotRun, "not run"}, {c.Skipped, "skipped"}} {
			if part.n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", part.n, part.text))
			}
		}
		if len(parts) == 0 {
			return fmt.Sprintf("All %d MUSTs hold, and yet the run is red.", c.Total)
		}
		return fmt.Sprintf("%d of %d MUSTs hold: %s.", c.Pass, c.Total, strings.Join(parts, ", "))
	}
	if r.Mutation != nil {
		return fmt.Sprintf("%d mutants were tried; the score is %s.", len(r.Mutation.Mutants), percent(r.Mutation.Score))
	}
	return "No MUST was judged."
}
