package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/sweep"
)

// sweepTimeout bounds a sweep; a cluster and a node pool take about ten minutes each.
const sweepTimeout = time.Hour

func sweepCommand() *cobra.Command {
	opts := sweep.Options{}
	var dryRun bool
	command := &cobra.Command{
		Use:   "sweep",
		Short: "Delete what expired runs left in the compartment",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if opts.Compartment == "" {
				return errNoCompartment
			}
			api, err := client()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(command.Context(), sweepTimeout)
			defer cancel()
			logf := func(format string, args ...any) {
				_, _ = fmt.Fprintf(command.OutOrStdout(), format+"\n", args...)
			}
			if !dryRun {
				_, err := sweep.Run(ctx, api, opts, logf)
				return err
			}
			report, err := sweep.Find(ctx, api, opts)
			if err != nil {
				return err
			}
			for _, leftover := range report.Delete {
				logf("would delete %s", leftover)
			}
			for _, kept := range report.Keep {
				logf("would keep %s", kept)
			}
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&opts.Compartment, "compartment", os.Getenv(compartmentEnv), "OCID of the compartment (default from "+compartmentEnv+")")
	flags.StringVar(&opts.Run, "run", "", "take this run only, expired or not")
	flags.BoolVar(&opts.Volumes, "volumes", false, "delete volumes that the storage driver left, too: only where no other cluster lives")
	flags.BoolVar(&dryRun, "dry-run", false, "say what would be done")
	return command
}
