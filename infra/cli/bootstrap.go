package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/inventory"
)

func (o *options) bootstrapCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "bootstrap",
		Short: "Make the bucket for the runs' inventories, once for a compartment",
		Long: "Make the private bucket for the runs' inventories, once for a compartment. Each run writes there what\n" +
			"it makes, so that a sweep on another machine deletes that and nothing else. Nothing deletes the bucket.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			compartment := o.in()
			if compartment == "" {
				return errNoCompartment
			}
			api, err := client()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(command.Context(), o.timeout)
			defer cancel()
			made, err := inventory.Bootstrap(ctx, api, compartment)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(command.OutOrStdout(), "inventories of runs in %s are stored in the bucket %s\n", compartment, made.Bucket())
			return err
		},
	}
}
