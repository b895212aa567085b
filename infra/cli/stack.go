package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/drain"
	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/stack"
	"assay.dev/assay/infra/tfrun"
)

// drainTimeout bounds the clean-up inside the cluster; a load balancer takes
// about a minute to go, a volume less.
const drainTimeout = 10 * time.Minute

// name makes up a name for a new run that has none.
func (o *options) name() {
	if o.run == "" && !stack.Exists(o.dir) {
		o.run = inventory.NewName(time.Now())
	}
}

// make makes network, cluster and database, after the cost was checked. When it is
// interrupted it takes everything down again, unless leaveState is set.
func (o *options) make(ctx context.Context, command *cobra.Command, leaveState bool) error {
	o.name()
	errs := command.ErrOrStderr()
	return o.withStack(ctx, errs, func(bounded context.Context, opened *stack.Stack) error {
		_, _ = fmt.Fprintf(errs, "run %s, until %s\n", opened.Run(), opened.Expires().Format(time.RFC3339))
		err := opened.Up(bounded)
		interrupted := errors.Is(err, tfrun.ErrInterrupted) || err != nil && ctx.Err() != nil
		if !interrupted || leaveState {
			return err
		}
		// The signal ended the context; taking down needs one of its own.
		down, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.timeout)
		defer cancel()
		_, _ = fmt.Fprintln(errs, "interrupted: taking everything down; interrupt again to leave it to `down`")
		return errors.Join(err, opened.Down(interruptible(down)))
	})
}

// destroy deletes everything of the run and checks that nothing is left. The cluster
// that the run adopted ends, so what it holds in the cloud ends before.
func (o *options) destroy(ctx context.Context, command *cobra.Command) error {
	if !stack.Exists(o.dir) {
		_, err := fmt.Fprintf(command.OutOrStdout(), "%s has no run: nothing to take down\n", o.dir)
		return err
	}
	errs := command.ErrOrStderr()
	return o.withStack(ctx, errs, func(ctx context.Context, opened *stack.Stack) error {
		if _, err := os.Stat(opened.Path(adoptedKubeconfig)); err == nil {
			// The sweep takes load balancers, too, so a broken cluster stops nothing.
			if err := o.drain(ctx, opened, command); err != nil {
				_, _ = fmt.Fprintln(errs, "the cluster could not be drained, going on:", err)
			}
		}
		// It fails only where the cluster outlives the run: elsewhere the run's rights in
		// it end with it.
		given := o.giveUp(ctx)
		if given != nil && !emulated() {
			_, _ = fmt.Fprintln(errs, "the cluster could not be given up, going on:", given)
			given = nil
		}
		return errors.Join(given, opened.Down(ctx))
	})
}

// drain records what the cluster made in the cloud, and has the cluster delete it. It
// acts on the cluster that the run adopted alone.
func (o *options) drain(ctx context.Context, opened *stack.Stack, command *cobra.Command) error {
	client, err := o.cluster(ctx, opened)
	if err != nil {
		return err
	}
	recorded := recordExternal(ctx, opened, client)
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	// What the cluster deletes needs no record.
	return errors.Join(recorded, drain.Cluster(ctx, client, drain.Options{Log: func(format string, args ...any) {
		_, _ = fmt.Fprintf(command.ErrOrStderr(), format+"\n", args...)
	}}))
}

func (o *options) kubeconfigCommand() *cobra.Command {
	var out string
	command := &cobra.Command{
		Use:   "kubeconfig",
		Short: "Write the cluster's kubeconfig to a file that only you can read",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			o.offline = true
			return o.withStack(command.Context(), command.ErrOrStderr(), func(ctx context.Context, opened *stack.Stack) error {
				return opened.Kubeconfig(ctx, out)
			})
		},
	}
	command.Flags().StringVar(&out, "out", filepath.Join("artifacts", "platform", "kubeconfig"), "file to write")
	return command
}
