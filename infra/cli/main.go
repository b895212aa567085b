package cli

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/harness/text/visible"
)

// Main runs the command that the process's arguments ask for and returns its exit
// code. The first interrupt ends the command in order.
func Main() int {
	ctx, stop := WithSignals(context.Background())
	defer stop()
	root := &cobra.Command{
		Use:          "assay-infra",
		Short:        "Make, price, adopt, delete and sweep the OCI part of the platform",
		SilenceUsage: true,
	}
	root.AddCommand(Commands()...)
	// What a cluster or a cloud said stands in messages: it must not act on a terminal.
	out, errs := visible.NewWriter(os.Stdout), visible.NewWriter(os.Stderr)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	return exitCode(errors.Join(err, out.Close(), errs.Close()))
}

// Exit codes, which are those of assay: an error, and what was refused, of which nothing
// was done.
const (
	exitError   = 1
	exitRefused = 4
)

func exitCode(err error) int {
	var refused *refusal.Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &refused):
		return exitRefused
	}
	return exitError
}
