package main

import (
	"github.com/spf13/cobra"
)

// smokeCommand opens the report of a run and the frontend in a browser.
func smokeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "smoke [RUN]", Short: "Test the report of a run and the frontend of the platform in a browser",
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: runCompletion,
		RunE: func(command *cobra.Command, args []string) error {
			_, r, err := saved(args)
			if err != nil {
				return err
			}
			s, err := newSession()
			if err != nil {
				return err
			}
			return s.SmokeTest(command.Context(), r, command.OutOrStdout())
		},
	}
}
