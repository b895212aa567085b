package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"assay.dev/assay/spec/audit"
)

// specCommand shows what the specification says about itself.
func specCommand() *cobra.Command {
	command := &cobra.Command{Use: "spec", Short: "Look into the specification"}
	verbose := false
	show := &cobra.Command{
		Use: "audit", Short: "Prove or refute that the specification is consistent, with the arithmetic", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return printAudit(verbose) },
	}
	show.Flags().BoolVarP(&verbose, "verbose", "v", false, "show the arithmetic")
	command.AddCommand(show)
	return command
}

func printAudit(verbose bool) error {
	input, err := audit.Current()
	if err != nil {
		return err
	}
	findings, err := audit.Audit(input)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "finding\tverdict\tclass\tclaim\t")
	for _, f := range findings {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t\n", f.ID, f.Verdict, f.Class, f.Title)
		if verbose {
			fmt.Fprintf(table, "\t\t\t  %s\t\n", strings.Join(f.Arithmetic, "\t\n\t\t\t  "))
		}
	}
	return table.Flush()
}
