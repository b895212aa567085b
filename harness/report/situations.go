package report

import (
	"fmt"
	"slices"
	"strings"

	"assay.dev/assay/harness/text/columns"
	"assay.dev/assay/harness/text/visible"
)

// SituationCount is how often all experiments of a run came to what puts a guarantee to
// the test (judge.Situation).
type SituationCount struct {
	Name      string `json:"name"`
	Guarantee string `json:"guarantee"`
	Reached   int64  `json:"reached"`
	// Experiments is the number of experiments that came to it, Wanted that of those
	// which had to.
	Experiments int `json:"experiments"`
	Wanted      int `json:"wanted"`
}

// situationCounts sums up the situations of the experiments, in the order in which
// verdicts have them.
func situationCounts(experiments []Experiment) []SituationCount {
	var all []SituationCount
	for _, e := range experiments {
		for _, s := range e.Situations {
			at := slices.IndexFunc(all, func(c SituationCount) bool { return c.Name == s.Name })
			if at < 0 {
				at = len(all)
				all = append(all, SituationCount{Name: s.Name, Guarantee: s.Guarantee})
			}
			all[at].Reached += s.Reached
			if s.Reached > 0 {
				all[at].Experiments++
			}
			if s.Wanted {
				all[at].Wanted++
			}
		}
	}
	return all
}

// situations shows how many situations were reached, and which were not.
func (r *Report) situations(b *strings.Builder, width int) {
	if len(r.Situations) == 0 {
		return
	}
	var never []string
	for _, s := range r.Situations {
		if s.Reached == 0 {
			never = append(never, s.Name)
		}
	}
	text := fmt.Sprintf("situations: %d of %d reached", len(r.Situations)-len(never), len(r.Situations))
	if len(never) > 0 {
		text += "; not reached: " + strings.Join(never, ", ")
	}
	b.WriteString(columns.Indent("", visible.Line(text), width) + "\n")
}
