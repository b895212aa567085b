package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/cli"
)

// cloudCommand is the platform in the cloud. Its steps run other commands of this
// program, in this process.
func cloudCommand() *cobra.Command {
	command := cli.Command(func(ctx context.Context, args ...string) error {
		other := root()
		other.SetArgs(args)
		return other.ExecuteContext(ctx)
	})
	command.PersistentPreRunE = func(command *cobra.Command, args []string) error {
		if err := command.Root().PersistentPreRunE(command, args); err != nil {
			return err
		}
		return atTheTop()
	}
	return group(command)
}

// atTheTop refuses a directory in which the path of a run's state leads elsewhere than
// the last time: what is not found there would not be deleted.
func atTheTop() error {
	repo, err := repository()
	if err != nil {
		return err
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	if here != repo {
		return refuse("the commands of `assay cloud` take their paths from the top of the checkout: change into %s", repo)
	}
	return nil
}
