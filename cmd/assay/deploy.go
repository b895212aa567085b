package main

import (
	"github.com/spf13/cobra"

	"assay.dev/assay/harness/platform"
)

// deployCommand installs the platform on a cluster that is there already.
func deployCommand() *cobra.Command {
	environment := platform.OKEEnvironment
	command := &cobra.Command{
		Use: "deploy", Short: "Install the platform on the cluster that " + platform.KubeconfigEnv + " names", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			p, err := open()
			if err != nil {
				return err
			}
			return p.Deploy(command.Context(), environment)
		},
	}
	command.Flags().StringVar(&environment, "environment", environment, "helmfile's environment: oke, kind or kind-hermetic")
	return command
}
