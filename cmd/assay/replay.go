package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/replay"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/text/columns"
	"assay.dev/assay/harness/text/visible"
)

// replayDir takes what replays write, below the checkout.
const replayDir = "artifacts/replay"

// replayCommand judges the histories of a saved run again: no cluster is needed.
func replayCommand() *cobra.Command {
	asJSON, verbose, waivers := false, false, ""
	command := &cobra.Command{
		Use: "replay [RUN]", Short: "Judge a saved run again, the last one if none is named; needs no cluster", Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: runCompletion,
		RunE: func(command *cobra.Command, args []string) error {
			repo, r, err := saved(args)
			if err != nil {
				return err
			}
			if err := waive(r, waivers, false); err != nil { // before hours of history are judged
				return err
			}
			verdicts, built, err := replayed(r, filepath.Join(repo, replayDir, r.ID))
			if err != nil {
				return err
			}
			out := command.OutOrStdout()
			if asJSON {
				if err := printJSON(out, built); err != nil {
					return err
				}
				return verdictError(built)
			}
			for _, verdict := range verdicts {
				if err := printVerdict(out, columns.Width(out), verdict, verbose); err != nil {
					return err
				}
			}
			fmt.Fprintln(out, built.SummaryFor(columns.Width(out)))
			fmt.Fprintf(out, "report: %s\n", relative(repo, filepath.Join(repo, replayDir, r.ID, "report.html")))
			return verdictError(built)
		},
	}
	jsonFlag(command, &asJSON)
	waiversFlag(command, &waivers)
	command.Flags().BoolVarP(&verbose, "verbose", "v", false, "show every guarantee of every experiment")
	return command
}

// replayed judges a run again and writes verdicts and report to a directory.
func replayed(r *run.Run, dir string) ([]*judge.Verdict, *report.Report, error) {
	verdicts, err := replay.Run(r.Path())
	if err != nil {
		return nil, nil, err
	}
	again := map[string]*judge.Verdict{}
	for _, v := range verdicts {
		again[v.Experiment] = v
	}
	built, err := report.BuildRecorded(r, again)
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, fmt.Errorf("write the report: %w", err)
	}
	if err := replay.Save(dir, verdicts); err != nil {
		return nil, nil, err
	}
	return verdicts, built, built.Write(dir)
}

// printVerdict prints a line for an experiment that passes, and for any other, or if
// verbose is set, its totals, its guarantees, and the first violations with traces.
func printVerdict(out io.Writer, width int, v *judge.Verdict, verbose bool) error {
	fmt.Fprintf(out, "%s: %s, judged again\n", visible.Line(v.Experiment), visible.Line(string(v.Result)))
	if v.Result == judge.Pass && !verbose {
		return nil
	}
	for _, reason := range v.Reasons {
		fmt.Fprintln(out, columns.Indent("  ", visible.Line(short(reason)), width))
	}
	t := v.Totals
	fmt.Fprintln(out, columns.Indent("  ", fmt.Sprintf(
		"accepted %d + found %d = processed %d + failed %d + expired %d + queued %d + lost %d; unknown %d, refused %d",
		t.Accepted, t.Found, t.Processed, t.Failed, t.Expired, t.Queued, t.Lost, t.Unknown, t.Refused), width))
	var rows [][]string
	for _, g := range v.Guarantees {
		if verbose || g.Result == judge.Fail || g.Result == judge.Inconclusive {
			rows = append(rows, []string{string(g.Result), g.Name, fmt.Sprint(g.Checked), short(g.Text)})
		}
	}
	if err := columns.Print(out, width, []string{"result", "guarantee", "checked", "what was found"}, rows); err != nil {
		return err
	}
	for _, g := range v.Guarantees {
		printViolations(out, width, g)
	}
	return nil
}

// The most that a terminal shows of a guarantee; verdict.json holds more.
const (
	mostViolations = 3
	mostLines      = 40
	mostText       = 500
)

func printViolations(out io.Writer, width int, g judge.Guarantee) {
	for i, x := range g.Violations {
		if i == mostViolations {
			fmt.Fprintf(out, "  … and %d more in verdict.json\n", g.Count-mostViolations)
			return
		}
		fmt.Fprintln(out, columns.Indent("  ", visible.Line(short(fmt.Sprintf("%s: %s %s: %s", g.Name, x.Class, x.ID, x.Text))), width))
		for j, line := range x.Trace {
			if j == mostLines {
				fmt.Fprintf(out, "      … and %d lines more in verdict.json\n", len(x.Trace)-mostLines)
				break
			}
			fmt.Fprintln(out, columns.Indent("      ", visible.Line(short(line)), width))
		}
	}
}

// short is the start of a text that a terminal shows.
func short(text string) string {
	if len(text) <= mostText {
		return text
	}
	return fmt.Sprintf("%.*s… (cut, %d bytes in all)", mostText, text, len(text))
}
