package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/tfprovider"
)

// toolsCommand makes ahead what the first apply would stop for.
func (o *options) toolsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "tools",
		Short: "Find Terraform and the OCI provider, or build what is missing",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(command.Context(), o.timeout)
			defer cancel()
			found, err := tfprovider.Ensure(ctx, tfprovider.Options{Log: command.ErrOrStderr()})
			if err != nil {
				return err
			}
			provider := found.Binary
			if found.Source == tfprovider.Registry {
				provider = "installed from its registry"
			}
			_, err = fmt.Fprintf(command.OutOrStdout(), "%s is %s; the OCI provider is %s\n",
				found.Terraform.Kind, found.Terraform.Path, provider)
			return err
		},
	}
}
