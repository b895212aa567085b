package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/replay"
	"assay.dev/assay/harness/report"
)

// replayCommand judges the histories of a saved run again: no cluster is needed.
func replayCommand() *cobra.Command {
	return &cobra.Command{
		Use: "replay [RUN]", Short: "Judge a saved run again, the last one if none is named; needs no cluster", Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			repo, r, err := saved(args)
			if err != nil {
				return err
			}
			verdicts, err := replay.Run(r.Path())
			if err != nil {
				return err
			}
			red := false
			for _, verdict := range verdicts {
				red = red || verdict.Result != judge.Pass
				if err := printVerdict(verdict); err != nil {
					return err
				}
			}
			built, err := report.Build(r)
			if err != nil {
				return err
			}
			out := filepath.Join(repo, "artifacts", "replay", r.ID)
			if err := os.MkdirAll(out, 0o755); err != nil {
				return fmt.Errorf("write the report: %w", err)
			}
			if err := built.Write(out); err != nil {
				return err
			}
			fmt.Printf("report: %s\n", relative(repo, filepath.Join(out, "report.html")))
			if red {
				return errors.New("not every experiment passes")
			}
			return nil
		},
	}
}

// printVerdict prints the totals of an experiment, each guarantee, and the first
// violations with their traces.
func printVerdict(v *judge.Verdict) error {
	fmt.Printf("%s: %s\n", v.Experiment, v.Result)
	for _, reason := range v.Reasons {
		fmt.Println("  " + reason)
	}
	t := v.Totals
	fmt.Printf("  accepted %d + found %d = processed %d + failed %d + expired %d + queued %d + lost %d; unknown %d, refused %d\n",
		t.Accepted, t.Found, t.Processed, t.Failed, t.Expired, t.Queued, t.Lost, t.Unknown, t.Refused)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, g := range v.Guarantees {
		fmt.Fprintf(table, "  %s\t%s\t%d checked\t%s\t\n", g.Result, g.Name, g.Checked, g.Text)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, g := range v.Guarantees {
		for _, violation := range g.Violations[:min(len(g.Violations), 3)] {
			fmt.Printf("  %s: %s %s: %s\n", g.Name, violation.Class, violation.ID, violation.Text)
			for _, line := range violation.Trace {
				fmt.Println("      " + line)
			}
		}
	}
	return nil
}
