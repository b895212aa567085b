package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/tfvars"
	"assay.dev/assay/spec/source"
)

// tfvarsCommand writes a file of variables for a terraform that is run by hand.
func tfvarsCommand() *cobra.Command {
	var out string
	command := &cobra.Command{
		Use:   "tfvars",
		Short: "Write what the specification states for OCI as variables of infra/terraform",
		Long: "Write what the specification states for OCI as the input variables of infra/terraform, for\n" +
			"`terraform plan -var-file FILE`. Those of the reference are in infra/terraform/" + tfvars.File + ".",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			specified, err := source.Open("")
			if err != nil {
				return err
			}
			variables, err := tfvars.Of(specified.Platform)
			if err != nil {
				return fmt.Errorf("%s: %w", specified.Name, err)
			}
			content, err := variables.Write()
			if err != nil {
				return err
			}
			if out == "" {
				_, err = command.OutOrStdout().Write(content)
				return err
			}
			if err := os.WriteFile(out, content, 0o644); err != nil {
				return fmt.Errorf("write the variables: %w", err)
			}
			return nil
		},
	}
	command.Flags().StringVar(&out, "out", "", "file to write (default: standard output)")
	return command
}
