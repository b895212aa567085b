package report

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

// maxReasons is how many reasons a summary names; the report has all of them.
const maxReasons = 20

// Summary is the report for a terminal.
func (r *Report) Summary() string {
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tasked\tpass\tfail\tinconclusive\tskipped\tnot run\t")
	for _, c := range r.Counts {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", c.Level, c.Total, c.Pass, c.Fail, c.Inconclusive, c.Skipped, c.NotRun)
	}
	_ = table.Flush() // a strings.Builder takes everything
	for _, c := range r.Counts {
		if c.NotApplicable > 0 {
			fmt.Fprintf(&b, "not applicable on %s: %d %s\n", r.Run.Target, c.NotApplicable, c.Level)
		}
	}
	if r.Mutation != nil {
		fmt.Fprintf(&b, "mutants: %d tried, score %s\n", len(r.Mutation.Mutants), percent(r.Mutation.Score))
	}
	for i, reason := range r.Reasons {
		if i == maxReasons {
			fmt.Fprintf(&b, "  … and %d more, see report.html\n", len(r.Reasons)-maxReasons)
			break
		}
		fmt.Fprintf(&b, "  ✗ %s\n", reason)
	}
	fmt.Fprintf(&b, "%s: run %s on %s with %s images, %s", strings.ToUpper(string(r.Verdict)), r.Run.ID, r.Run.Target, r.Run.Images, span(r.Run.Seconds))
	if r.Partial != "" {
		fmt.Fprintf(&b, " (partial: %s)", r.Partial)
	}
	b.WriteString("\n")
	return b.String()
}

// span writes seconds as people read them.
func span(s float64) string {
	d := time.Duration(s * float64(time.Second))
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

func percent(share float64) string {
	text := fmt.Sprintf("%.1f", share*100)
	return strings.TrimSuffix(text, ".0") + " %"
}
