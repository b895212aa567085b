package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/platform/hold"
	"assay.dev/assay/harness/platform/lease"
)

// healCommand removes what a suite that was killed in the middle of a fault left.
func healCommand() *cobra.Command {
	return &cobra.Command{
		Use: "heal", Short: "Remove all faults and mutants, and what they left, from the platform that is up", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			p, err := open()
			if err != nil {
				return err
			}
			cluster, err := p.Connect(command.Context())
			if err != nil {
				return err
			}
			return exclusively(command.Context(), p, cluster, func(ctx context.Context, lock *lease.Lock) error {
				found, err := hold.Undo(ctx, p, cluster, os.Stdout)
				if err != nil {
					return fmt.Errorf("something is left: %w", err)
				}
				if !found && lock.Dead == nil {
					fmt.Println("nothing to clean up")
				}
				return nil
			})
		},
	}
}
