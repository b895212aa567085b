package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes"

	"assay.dev/assay/infra/drain"
	"assay.dev/assay/infra/stack"
)

// recordTimeout bounds one look into the cluster with what it records.
const recordTimeout = 5 * time.Minute

func recordCommand() *cobra.Command {
	var flags stackFlags
	var kubeconfig string
	var follow bool
	command := &cobra.Command{
		Use:   "record",
		Short: "Record the load balancers and volumes that the run's cluster made",
		Long: "Record the OCIDs of the load balancers and volumes that the run's cluster made, from its Services and\n" +
			"PersistentVolumes: they cannot be distinguished from others' once the cluster is gone. With --follow it goes on,\n" +
			"and records them as they appear, until it is stopped (SIGTERM or Ctrl-C).",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return flags.withStack(command, func(ctx context.Context, opened *stack.Stack) error {
				client, err := runsCluster(ctx, opened, kubeconfig)
				if err != nil {
					return err
				}
				if !follow {
					return recordExternal(ctx, opened, client)
				}
				return errors.Join(
					drain.Follow(ctx, client, func(ctx context.Context) error { return recordExternal(ctx, opened, client) }),
					// What came since the last look.
					recordExternal(context.WithoutCancel(ctx), opened, client))
			})
		},
	}
	flags.add(command)
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "kubeconfig of the run's cluster (default: the one that adopt wrote into --dir)")
	command.Flags().BoolVar(&follow, "follow", false, "record until stopped")
	return command
}

// runsCluster is a client of the cluster that the run adopted, and of no other.
func runsCluster(ctx context.Context, opened *stack.Stack, kubeconfig string) (kubernetes.Interface, error) {
	if kubeconfig == "" {
		kubeconfig = opened.Path(adoptedKubeconfig)
	}
	pinned, err := os.ReadFile(opened.Path(pinFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("run %s adopted no cluster", opened.Run())
	}
	if err != nil {
		return nil, fmt.Errorf("read which cluster was adopted: %w", err)
	}
	return drain.FromKubeconfig(ctx, kubeconfig, strings.TrimSpace(string(pinned)))
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
