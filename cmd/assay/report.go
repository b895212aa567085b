package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/text/columns"
)

// reportCommand writes the report of a saved run again.
func reportCommand() *cobra.Command {
	coverage, asJSON, waivers := false, false, ""
	command := &cobra.Command{
		Use: "report [RUN]", Short: "Write the report of a run again, the last one if none is named",
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: runCompletion,
		RunE: func(command *cobra.Command, args []string) error {
			out := command.OutOrStdout()
			if coverage {
				return printCoverage(command.Context(), out, asJSON)
			}
			repo, r, err := saved(args)
			if err != nil {
				return err
			}
			if err := waive(r, waivers, reportDir(repo, r) == r.Path()); err != nil {
				return err
			}
			if !asJSON {
				return publish(out, repo, r)
			}
			built, err := report.Build(r)
			if err != nil {
				return err
			}
			dir := reportDir(repo, r)
			if err := errors.Join(os.MkdirAll(dir, 0o755), built.Write(dir)); err != nil {
				return err
			}
			if err := printJSON(out, built); err != nil {
				return err
			}
			return verdictError(built)
		},
	}
	waiversFlag(command, &waivers)
	command.Flags().BoolVar(&coverage, "coverage", false, "show requirements against checks, as `assay coverage` does")
	jsonFlag(command, &asJSON)
	return command
}

// coverageCommand says which requirements have checks.
func coverageCommand() *cobra.Command {
	asJSON := false
	command := &cobra.Command{
		Use: "coverage", Short: "Show which requirements have checks", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return printCoverage(command.Context(), command.OutOrStdout(), asJSON)
		},
	}
	jsonFlag(command, &asJSON)
	return command
}

func printCoverage(ctx context.Context, out io.Writer, asJSON bool) error {
	s, err := newSession()
	if err != nil {
		return err
	}
	checks, err := s.Checks(ctx)
	if err != nil {
		return err
	}
	covered := report.Cover(s.Spec, checks)
	if asJSON {
		return printJSON(out, covered)
	}
	return covered.Print(out, columns.Width(out))
}
