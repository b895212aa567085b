package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes"

	"assay.dev/assay/infra/drain"
	"assay.dev/assay/infra/stack"
)

// recordTimeout bounds one look into the cluster with what it records.
const recordTimeout = 5 * time.Minute

func (o *options) recordCommand() *cobra.Command {
	var follow bool
	command := &cobra.Command{
		Use:   "record",
		Short: "Record the load balancers and volumes that the run's cluster made",
		Long: "Record the OCIDs of the load balancers and volumes that the run's cluster made, from its Services and\n" +
			"PersistentVolumes: they cannot be distinguished from others' once the cluster is gone. With --follow it goes on,\n" +
			"and records them as they appear, until it is stopped (SIGTERM or Ctrl-C). `deploy` and `judge` do so, too.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if follow {
				return o.follow(command.Context(), command.ErrOrStderr())
			}
			return o.withStack(command.Context(), command.ErrOrStderr(), func(ctx context.Context, opened *stack.Stack) error {
				client, err := o.cluster(ctx, opened)
				if err != nil {
					return err
				}
				return recordExternal(ctx, opened, client)
			})
		},
	}
	command.Flags().BoolVar(&follow, "follow", false, "record until stopped")
	return command
}

// follow records what the cluster makes as it appears, until ctx ends. It looks once even
// if that is at once.
func (o *options) follow(ctx context.Context, log io.Writer) error {
	return o.withStack(context.WithoutCancel(ctx), log, func(opening context.Context, opened *stack.Stack) error {
		client, err := o.cluster(opening, opened)
		if err != nil {
			return err
		}
		return errors.Join(
			drain.Follow(ctx, client, func(ctx context.Context) error { return recordExternal(ctx, opened, client) }),
			// What came since the last look.
			recordExternal(context.WithoutCancel(ctx), opened, client))
	})
}

// cluster is a client of the cluster that the run adopted, and of no other.
func (o *options) cluster(ctx context.Context, opened *stack.Stack) (kubernetes.Interface, error) {
	pinned, err := o.pinned()
	if err != nil {
		return nil, err
	}
	if pinned == "" {
		return nil, fmt.Errorf("run %s adopted no cluster", opened.Run())
	}
	return drain.FromKubeconfig(ctx, opened.Path(adoptedKubeconfig), string(pinned))
}

func recordExternal(ctx context.Context, opened *stack.Stack, client kubernetes.Interface) error {
	ctx, cancel := context.WithTimeout(ctx, recordTimeout)
	defer cancel()
	found, err := drain.Find(ctx, client)
	if err != nil {
		return err
	}
	return opened.RecordExternal(ctx, found)
}
