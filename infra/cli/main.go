package cli

import (
	"context"

	"github.com/spf13/cobra"
)

// Main runs the command that the process's arguments ask for and returns its exit
// code. The first interrupt ends the command in order.
func Main() int {
	ctx, stop := WithSignals(context.Background())
	defer stop()
	root := &cobra.Command{
		Use:          "assay-infra",
		Short:        "Make, price, claim, delete and sweep the OCI part of the platform",
		SilenceUsage: true,
	}
	root.AddCommand(Commands()...)
	if err := root.ExecuteContext(ctx); err != nil {
		return 1
	}
	return 0
}
