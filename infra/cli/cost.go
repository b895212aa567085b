package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/cost"
	"assay.dev/assay/infra/stack"
)

// CostCommand tells what the plan costs; it is a part of the command assay, too.
func CostCommand() *cobra.Command {
	flags := stackFlags{offline: true}
	var planFile string
	command := &cobra.Command{
		Use:   "cost",
		Short: "Print how much of the Always Free allowances the plan uses, and what the rest costs",
		Long: "Print how much of the Always Free allowances the plan uses of 2026, and what the rest costs.\n" +
			"Fails when something goes past them, unless the cost is allowed.\n" +
			"With --plan it reads the output of `terraform show -json PLANFILE` and needs no account.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			estimate, err := flags.estimate(command, planFile)
			if err != nil {
				return err
			}
			if err := estimate.Write(command.OutOrStdout()); err != nil {
				return fmt.Errorf("print the cost: %w", err)
			}
			if !estimate.Free() && !flags.allowCost {
				return errors.Join(stack.ErrCost, errors.New("make it smaller, or allow it with --allow-cost"))
			}
			return nil
		},
	}
	flags.add(command)
	command.Flags().StringVar(&planFile, "plan", "", "plan as JSON; without it a plan is made")
	return command
}

func (f *stackFlags) estimate(command *cobra.Command, planFile string) (cost.Estimate, error) {
	if planFile != "" {
		plan, err := os.ReadFile(planFile)
		if err != nil {
			return cost.Estimate{}, fmt.Errorf("read the plan: %w", err)
		}
		workload, err := f.workload()
		if err != nil {
			return cost.Estimate{}, err
		}
		return cost.Of(plan, workload)
	}
	var estimate cost.Estimate
	err := f.withStack(command, func(ctx context.Context, opened *stack.Stack) (err error) {
		estimate, err = opened.Cost(ctx)
		return err
	})
	return estimate, err
}
