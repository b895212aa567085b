package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/sweep"
)

// sweepTimeout bounds a sweep; a cluster and a node pool take about ten minutes each.
const sweepTimeout = time.Hour

func (o *options) sweepCommand() *cobra.Command {
	var dryRun bool
	command := &cobra.Command{
		Use:   "sweep",
		Short: "Delete what expired runs left in the compartment",
		Long: "Delete what the stored inventories of expired runs name, and what lies inside a VCN that is named there.\n" +
			"Everything else is reported and left alone, whatever its name and its tags are. It fails when something\n" +
			"that carries the tags of an expired run was left alone: somebody has to check it. With --run it takes that run\n" +
			"only, expired or not.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			opts := sweep.Options{Compartment: o.in(), Run: o.run}
			if opts.Compartment == "" {
				return errNoCompartment
			}
			api, err := client()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(command.Context(), sweepTimeout)
			defer cancel()
			return sweepStored(ctx, command, api, opts, dryRun)
		},
	}
	command.Flags().BoolVar(&dryRun, "dry-run", false, "print what would be done")
	return command
}

// sweepStored sweeps by the inventories in the compartment's bucket. One that cannot
// be read is an error and stops nothing: its run's objects are left alone.
func sweepStored(ctx context.Context, command *cobra.Command, api *ociapi.Client, opts sweep.Options, dryRun bool) error {
	logf := func(format string, args ...any) {
		_, _ = fmt.Fprintf(command.OutOrStdout(), format+"\n", args...)
	}
	bucket, err := store(ctx, api, opts.Compartment)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "assay-sweep-")
	if err != nil {
		return fmt.Errorf("make a folder for the stored inventories: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	names, err := bucket.Runs(ctx)
	if err != nil {
		return err
	}
	var failures []error
	for _, name := range names {
		loaded, err := bucket.Load(ctx, name, dir)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		defer func() { _ = loaded.Close() }()
		opts.Inventories = append(opts.Inventories, loaded)
	}
	if dryRun {
		report, err := sweep.Find(ctx, api, opts)
		for _, leftover := range report.Delete {
			logf("would delete %s", leftover)
		}
		for _, left := range report.Left {
			logf("would leave %s", left)
		}
		return errors.Join(append(failures, err)...)
	}
	report, err := sweep.Run(ctx, api, opts, logf)
	return errors.Join(append(failures, err, forget(ctx, report.Swept, logf))...)
}

// forget deletes the stored inventories of runs of which nothing is left.
func forget(ctx context.Context, swept []*inventory.Inventory, logf func(string, ...any)) error {
	var failures []error
	for _, log := range swept {
		left, err := log.Left()
		if err == nil && len(left) == 0 {
			logf("nothing of run %s of %s is left", log.Run.Name, log.Run.Owner)
			err = log.Forget(ctx)
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}
