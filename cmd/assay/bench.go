package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/experiment"
	"assay.dev/assay/harness/figures"
	"assay.dev/assay/spec"
)

// benchChaosCommand tells what a run's faults cost and bought.
func benchChaosCommand() *cobra.Command {
	return &cobra.Command{
		Use: "bench-chaos [RUN]", Short: "Measure how much of a run's chaos was spent in faults that were seen, the last run if none is named",
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: runCompletion,
		RunE: func(_ *cobra.Command, args []string) error {
			repo, r, err := saved(args)
			if err != nil {
				return err
			}
			measured, err := experiment.Measure(r.Path("history"), spec.Current())
			if err != nil {
				return err
			}
			fmt.Println(measured)
			return figures.Keep(repo, "chaos", measured)
		},
	}
}
