package main

import (
	"io"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/text/columns"
	"assay.dev/assay/spec/source"
)

// specCommand shows what the specification says about itself.
func specCommand() *cobra.Command {
	verbose, asJSON := false, false
	show := &cobra.Command{
		Use: "audit", Short: "Prove or refute that the specification is consistent, with the arithmetic", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			s, err := source.Open("")
			if err != nil {
				return err
			}
			findings, err := report.Findings(s)
			if err != nil {
				return err
			}
			out := command.OutOrStdout()
			if asJSON {
				return printJSON(out, findings)
			}
			return printAudit(out, columns.Width(out), findings, verbose)
		},
	}
	show.Flags().BoolVarP(&verbose, "verbose", "v", false, "show the arithmetic")
	jsonFlag(show, &asJSON)
	return group(&cobra.Command{Use: "spec", Short: "Start, check, audit and compare specifications"}, show,
		specInitCommand(), specCheckCommand(), specDiffCommand())
}

func printAudit(out io.Writer, width int, findings []report.Finding, verbose bool) error {
	var rows [][]string
	for _, f := range findings {
		rows = append(rows, []string{f.ID, f.Verdict, f.Class, f.Title})
		if verbose {
			for _, line := range f.Arithmetic {
				rows = append(rows, []string{"", "", "", "  " + line})
			}
		}
	}
	return columns.Print(out, width, []string{"finding", "verdict", "class", "claim"}, rows)
}
