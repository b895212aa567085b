package report

import (
	"fmt"
	"io"
	"os"
	"strings"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/text/visible"
)

const (
	// githubEnv is set in a job of GitHub Actions, summaryEnv names the file that takes
	// its summary: https://docs.github.com/actions/reference/workflows-and-actions/variables
	githubEnv  = "GITHUB_ACTIONS"
	summaryEnv = "GITHUB_STEP_SUMMARY"
	// mostAnnotations is how many errors GitHub shows of a step, mostSummary how many
	// bytes it takes of a summary.
	mostAnnotations = 10
	mostSummary     = 1 << 20
)

// GitHub prints annotations to out and adds a summary to the job's step, in a job of
// GitHub Actions; elsewhere it does nothing.
func (r *Report) GitHub(out io.Writer) error {
	if os.Getenv(githubEnv) != "true" {
		return nil
	}
	if _, err := io.WriteString(out, r.annotations()); err != nil {
		return err
	}
	path := os.Getenv(summaryEnv)
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write the summary of the step: %w", err)
	}
	defer func() { _ = file.Close() }()
	if _, err := file.WriteString(r.markdown()); err != nil {
		return fmt.Errorf("write the summary of the step: %w", err)
	}
	return nil
}

// annotations are workflow commands, one for each cause: an error for what is red, a
// warning for what is inconclusive.
func (r *Report) annotations() string {
	var b strings.Builder
	for i, cause := range r.Causes {
		if i == mostAnnotations {
			fmt.Fprintf(&b, "::warning title=assay::%s\n", data(fmt.Sprintf("%d more causes are in report.html", len(r.Causes)-i)))
			break
		}
		kind := "error"
		if cause.Verdict != Red {
			kind = "warning"
		}
		title, place := "assay", ""
		if len(cause.Requirements) > 0 {
			title = cause.Requirements[0]
			place = r.place(title)
		}
		text := cause.Text
		if len(cause.Commands) > 0 {
			text += "\n" + strings.Join(cause.Commands, "\n")
		}
		fmt.Fprintf(&b, "::%s %stitle=%s::%s\n", kind, place, property(title), data(text))
	}
	return b.String()
}

// place is where the failed check of a requirement is, as properties of a command.
func (r *Report) place(id string) string {
	for _, one := range r.Requirements {
		if one.ID != id || len(one.Checks) == 0 || one.Checks[0].Result == judge.Pass {
			continue
		}
		at := one.Checks[0].At
		if at == "" {
			at = one.Checks[0].Place
		}
		if file, line, ok := strings.Cut(at, ":"); ok {
			return fmt.Sprintf("file=%s,line=%s,", property(file), property(line))
		}
	}
	return ""
}

// data escapes the text of a workflow command, property one of its properties.
func data(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(visible.Characters(text))
}

func property(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(text))
}

// markdown is the summary of a step.
func (r *Report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## assay: %s\n\n%s\n\n", r.Verdict, escape(r.verdictLine()))
	b.WriteString("| level | selected | pass | fail | inconclusive | skipped | not run | waived |\n|---|---|---|---|---|---|---|---|\n")
	for _, c := range r.Counts {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d |\n", c.Level, c.Total, c.Pass, c.Fail, c.Inconclusive, c.Skipped, c.NotRun, c.Waived)
	}
	b.WriteString("\n")
	for _, w := range r.InForce() {
		fmt.Fprintf(&b, "- **waived** %s: %s\n", escape(w.Requirement), escape(w.String()))
	}
	for i, cause := range r.Causes {
		line := fmt.Sprintf("- **%s** %s\n", cause.Verdict, escape(cause.Text))
		for _, command := range cause.Commands {
			line += "  - `" + strings.ReplaceAll(visible.Line(command), "`", "'") + "`\n"
		}
		if b.Len()+len(line) > mostSummary-200 {
			fmt.Fprintf(&b, "- … and %d more in report.html\n", len(r.Causes)-i)
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

// escape shows a text in Markdown as it is.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", `\|`, "*", `\*`, "_", `\_`, "[", `\[`, "`", "\\`", "@", "&#64;").Replace(visible.Line(text))
}
