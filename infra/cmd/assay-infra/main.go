// Command assay-infra is the cloud part by itself: what the workflows need, without
// the code that talks to Kubernetes and Kafka.
package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/cli"
)

func main() {
	ctx, stop := cli.WithSignals(context.Background())
	root := &cobra.Command{
		Use:           "assay-infra",
		Short:         "Make, price, delete and sweep the OCI part of the platform",
		SilenceUsage:  true,
		SilenceErrors: false,
	}
	root.AddCommand(cli.Commands()...)
	err := root.ExecuteContext(ctx)
	stop()
	if err != nil {
		os.Exit(1)
	}
}
