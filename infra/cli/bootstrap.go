package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/inventory"
)

func bootstrapCommand() *cobra.Command {
	var compartment string
	command := &cobra.Command{
		Use:   "bootstrap",
		Short: "Make the bucket for the runs' inventories, once for a compartment",
		Long: "Make the private bucket for the runs' inventories, once for a compartment. Each run writes there what\n" +
			"it makes, so that a sweep on another machine deletes that and nothing else. Nothing deletes the bucket.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if compartment == "" {
				return errNoCompartment
			}
			api, err := client()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(command.Context(), defaultTimeout)
			defer cancel()
			made, err := inventory.Bootstrap(ctx, api, compartment)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(command.OutOrStdout(), "inventories of runs in %s are stored in the bucket %s\n", compartment, made.Bucket())
			return err
		},
	}
	command.Flags().StringVar(&compartment, "compartment", os.Getenv(compartmentEnv), "OCID of the compartment (default from "+compartmentEnv+")")
	return command
}
