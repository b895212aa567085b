package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/replay"
)

// recordDemoCommand makes the runs again that come with the checkout.
func recordDemoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "record-demo [RUN]", Short: "Record docs/runs again from a saved run, the last one if none is named",
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: runCompletion,
		RunE: func(command *cobra.Command, args []string) error {
			repo, r, err := saved(args)
			if err != nil {
				return err
			}
			made, err := replay.RecordDemo(r, filepath.Join(repo, recordedDir))
			if err != nil {
				return err
			}
			for _, demo := range made {
				fmt.Fprintf(command.OutOrStdout(), "%s: %d kB, judged again: %d experiments, recorded: %d\n",
					relative(repo, demo.Path), demo.Bytes>>10, demo.Judged, demo.Recorded)
			}
			return nil
		},
	}
}
