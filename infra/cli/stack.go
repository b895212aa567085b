package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/drain"
	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/stack"
	"assay.dev/assay/infra/tfrun"
)

func upCommand() *cobra.Command {
	var flags stackFlags
	var leaveState bool
	command := &cobra.Command{
		Use:   "up",
		Short: "Make network, cluster and database in OCI",
		Long: "Make network, cluster and database in OCI, after the cost was checked.\n" +
			"When it is interrupted it takes everything down again, unless --keep is set.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if flags.run == "" && !stack.Exists(flags.dir) {
				flags.run = inventory.NewName(time.Now())
			}
			return flags.withStack(command, func(ctx context.Context, opened *stack.Stack) error {
				_, _ = fmt.Fprintf(command.ErrOrStderr(), "run %s, until %s\n", opened.Run(), opened.Expires().Format(time.RFC3339))
				err := opened.Up(ctx)
				interrupted := errors.Is(err, tfrun.ErrInterrupted) || err != nil && command.Context().Err() != nil
				if !interrupted || leaveState {
					return err
				}
				// The signal ended the context; taking down needs one of its own.
				down, cancel := context.WithTimeout(context.WithoutCancel(ctx), flags.timeout)
				defer cancel()
				_, _ = fmt.Fprintln(command.ErrOrStderr(), "interrupted: taking everything down; interrupt again to leave it to `down`")
				return errors.Join(err, opened.Down(interruptible(down)))
			})
		},
	}
	flags.add(command)
	command.Flags().BoolVar(&leaveState, "keep", false, "do not delete anything when interrupted")
	return command
}

// drainTimeout bounds the clean-up inside the cluster; a load balancer takes
// about a minute to go, a volume less.
const drainTimeout = 10 * time.Minute

// giveUpTimeout bounds the deletion of the run's service account.
const giveUpTimeout = 30 * time.Second

func downCommand() *cobra.Command {
	var flags stackFlags
	var kubeconfig string
	command := &cobra.Command{
		Use:   "down",
		Short: "Delete everything of the run and check that nothing is left",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if flags.run == "" && !stack.Exists(flags.dir) {
				_, err := fmt.Fprintf(command.OutOrStdout(), "%s has no run: nothing to take down\n", flags.dir)
				return err
			}
			return flags.withStack(command, func(ctx context.Context, opened *stack.Stack) error {
				if kubeconfig != "" {
					// The sweep takes load balancers, too, so a broken cluster stops nothing.
					if err := drainCluster(ctx, opened, kubeconfig, command); err != nil {
						_, _ = fmt.Fprintln(command.ErrOrStderr(), "the cluster could not be drained, going on:", err)
					}
				}
				return errors.Join(giveUpCluster(ctx, flags.dir, command), opened.Down(ctx))
			})
		},
	}
	flags.add(command)
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "kubeconfig of the run's cluster, to delete its load balancers and volumes first")
	return command
}

// giveUpCluster fails only where the cluster outlives the run: elsewhere the run's
// rights in it end with it.
func giveUpCluster(ctx context.Context, dir string, command *cobra.Command) error {
	ctx, cancel := context.WithTimeout(ctx, giveUpTimeout)
	defer cancel()
	err := dropAdoption(ctx, dir)
	if err != nil && !emulated() {
		_, _ = fmt.Fprintln(command.ErrOrStderr(), "the cluster could not be given up, going on:", err)
		return nil
	}
	return err
}

// drainCluster records what the cluster made in the cloud, and has the cluster delete
// it. It acts on the cluster that the run adopted alone.
func drainCluster(ctx context.Context, opened *stack.Stack, kubeconfig string, command *cobra.Command) error {
	client, err := runsCluster(ctx, opened, kubeconfig)
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

func kubeconfigCommand() *cobra.Command {
	flags := stackFlags{offline: true}
	var out string
	command := &cobra.Command{
		Use:   "kubeconfig",
		Short: "Write the cluster's kubeconfig to a file that only you can read",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return flags.withStack(command, func(ctx context.Context, opened *stack.Stack) error {
				return opened.Kubeconfig(ctx, out)
			})
		},
	}
	flags.add(command)
	command.Flags().StringVar(&out, "out", filepath.Join("artifacts", "platform", "kubeconfig"), "file to write")
	return command
}
