package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/tfrun"
)

func upCommand() *cobra.Command {
	var flags stackFlags
	var keep bool
	command := &cobra.Command{
		Use:   "up",
		Short: "Make network, cluster and database in OCI",
		Long: "Make network, cluster and database in OCI, after the cost was looked at.\n" +
			"When it is interrupted it takes everything down again, unless told to keep it.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			opened, err := flags.open(command)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(command.Context(), flags.timeout)
			defer cancel()
			err = opened.Up(ctx)
			if !errors.Is(err, tfrun.ErrInterrupted) || keep {
				return err
			}
			// The signal ended the context; taking down needs one of its own.
			down, cancelDown := context.WithTimeout(context.WithoutCancel(command.Context()), flags.timeout)
			defer cancelDown()
			_, _ = fmt.Fprintln(command.ErrOrStderr(), "interrupted: taking everything down; interrupt again to leave it to `down`")
			return errors.Join(err, opened.Down(interruptible(down)))
		},
	}
	flags.add(command)
	command.Flags().BoolVar(&keep, "keep", false, "leave what is there when interrupted")
	return command
}

func downCommand() *cobra.Command {
	var flags stackFlags
	command := &cobra.Command{
		Use:   "down",
		Short: "Delete everything of the run and check that nothing is left",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			opened, err := flags.open(command)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(command.Context(), flags.timeout)
			defer cancel()
			return opened.Down(ctx)
		},
	}
	flags.add(command)
	return command
}

func kubeconfigCommand() *cobra.Command {
	var flags stackFlags
	var out string
	command := &cobra.Command{
		Use:   "kubeconfig",
		Short: "Write the cluster's kubeconfig to a file that only you can read",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			opened, err := flags.open(command)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(command.Context(), flags.timeout)
			defer cancel()
			return opened.Kubeconfig(ctx, out)
		},
	}
	flags.add(command)
	command.Flags().StringVar(&out, "out", filepath.Join("artifacts", "platform", "kubeconfig"), "file to write")
	return command
}
