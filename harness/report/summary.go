package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/harness/text/columns"
	"assay.dev/assay/harness/text/visible"
)

// maxReasons is how many reasons a summary names; the report has all of them.
const maxReasons = 20

// Summary is the report for a terminal of 80 columns.
func (r *Report) Summary() string { return r.SummaryFor(80) }

// SummaryFor is the report for a terminal of some columns. Its first line is the
// verdict and what it speaks of; commands stay on one line, to be copied.
func (r *Report) SummaryFor(width int) string {
	var b strings.Builder
	b.WriteString(columns.Indent("", visible.Line(r.verdictLine()), width) + "\n")
	for i, cause := range r.Causes {
		if i == maxReasons {
			fmt.Fprintf(&b, "  … and %d more, see report.html\n", len(r.Causes)-maxReasons)
			break
		}
		b.WriteString(columns.Indent("  "+map[Color]string{Red: "✗", Inconclusive: "?"}[cause.Verdict]+" ", visible.Line(cause.Text), width) + "\n")
		for _, command := range cause.Commands {
			b.WriteString("      " + visible.Line(command) + "\n")
		}
	}
	for _, w := range r.InForce() {
		b.WriteString(columns.Indent("  "+symbol(Waived)+" ", visible.Line(w.Requirement+": "+w.String()), width) + "\n")
	}
	if commands := r.leaveOut(); len(commands) > 0 {
		b.WriteString(columns.Indent("  ", "what this target cannot show can be left out; the verdict then does not speak of it:", width) + "\n")
		for _, command := range commands {
			b.WriteString("      " + visible.Line(command) + "\n")
		}
	}
	b.WriteString("\n")
	r.levels(&b, width)
	if text := r.unusedWaivers(); text != "" {
		b.WriteString(columns.Indent("", visible.Line(text), width) + "\n")
	}
	if r.Mutation != nil {
		fmt.Fprintf(&b, "mutants: %d of %d killed\n", r.Mutation.Killed, len(r.Mutation.Mutants))
	}
	r.situations(&b, width)
	r.coverage(&b, width)
	return b.String()
}

// verdictLine says what came out, with which exceptions, of which run, and how much of the
// specification it speaks of.
func (r *Report) verdictLine() string {
	exceptions := r.Exceptions()
	if exceptions != "" { // before all else: the first line of a narrow terminal has it, too
		exceptions += "; "
	}
	text := fmt.Sprintf("%s: %srun %s on %s with %s images, %s; %s faults exercised, %s requirements selected",
		strings.ToUpper(string(r.Verdict)), exceptions, r.Run.ID, r.Run.Target, r.Run.Images, span(r.Run.Seconds), r.Coverage.Faults, r.Coverage.Selected)
	if r.Partial != "" {
		text += " (partial: " + r.Partial + ")"
	}
	return text
}

// levels counts the requirements by level and result.
func (r *Report) levels(b *strings.Builder, width int) {
	head, rows := []string{"", "selected", "pass", "fail", "inconclusive", "skipped", "not run"}, [][]string{}
	waived := len(r.InForce()) > 0
	if waived {
		head = append(head, "waived")
	}
	for _, c := range r.Counts {
		row := []string{string(c.Level)}
		for _, n := range []int{c.Total, c.Pass, c.Fail, c.Inconclusive, c.Skipped, c.NotRun} {
			row = append(row, fmt.Sprint(n))
		}
		if waived {
			row = append(row, fmt.Sprint(c.Waived))
		}
		rows = append(rows, row)
	}
	_ = columns.Print(b, width, head, rows) // a strings.Builder takes everything
	for _, c := range r.Counts {
		if c.NotApplicable > 0 {
			fmt.Fprintf(b, "not applicable on %s: %d %s\n", r.Run.Target, c.NotApplicable, c.Level)
		}
	}
	if len(r.Unused) > 0 {
		fmt.Fprintln(b, columns.Indent("", fmt.Sprintf("not in this specification: %d templates of the catalog do not apply (%s)",
			len(r.Unused), strings.Join(r.Unused, ", ")), width))
	}
}

// coverage shows what was selected of each section, and the commands for the rest.
func (r *Report) coverage(b *strings.Builder, width int) {
	all := !slices.ContainsFunc(r.Coverage.Sections, func(s Section) bool { return s.Selected.N < s.Selected.Of })
	if all {
		return
	}
	var rows [][]string
	for _, s := range r.Coverage.Sections {
		if s.Selected.Of > 0 {
			rows = append(rows, []string{s.Name, s.Selected.String(), fmt.Sprint(s.Passed)})
		}
	}
	b.WriteString("\n")
	_ = columns.Print(b, width, []string{"section", "selected", "passed"}, rows) // a strings.Builder takes everything
	if len(r.Coverage.Commands) > 0 {
		b.WriteString("for the rest:\n")
	}
	for _, command := range r.Coverage.Commands {
		b.WriteString("  " + visible.Line(command) + "\n")
	}
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
