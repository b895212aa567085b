package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/report/visible"
	"assay.dev/assay/spec"
)

// healCommand removes what a suite that was killed in the middle of a fault left.
func healCommand() *cobra.Command {
	return &cobra.Command{
		Use: "heal", Short: "Remove every trace of any fault from the platform that is up", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			p, err := open()
			if err != nil {
				return err
			}
			cluster, err := p.Connect(command.Context())
			if err != nil {
				return err
			}
			lab := &fault.Lab{Cluster: cluster, Spec: spec.Current(), Nodes: nodes(command.Context(), p, cluster)}
			healed, err := lab.Heal(command.Context())
			for what, found := range map[string][]string{"undone": healed.Faults, "removed": healed.Found, "freed of finalizers": healed.Stuck} {
				for _, one := range found {
					fmt.Printf("%s: %s\n", what, visible.Line(one))
				}
			}
			if err != nil {
				return fmt.Errorf("something is left: %w", err)
			}
			if healed.Clean() {
				fmt.Println("there was nothing to heal")
			}
			return nil
		},
	}
}
