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

func (o *options) costCommand() *cobra.Command {
	var planFile string
	command := &cobra.Command{
		Use:   "cost",
		Short: "Print how much of the Always Free allowances the plan uses, and what the rest costs",
		Long: "Print how much of the Always Free allowances the plan uses of 2026, and what the rest costs. It changes nothing.\n" +
			"Fails when something goes past them, unless the cost is allowed.\n" +
			"With --plan it reads the output of `terraform show -json PLANFILE` and needs no account.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			estimate, err := o.estimate(command, planFile)
			if err != nil {
				return err
			}
			if err := estimate.Write(command.OutOrStdout()); err != nil {
				return fmt.Errorf("print the cost: %w", err)
			}
			if !estimate.Free() && !o.allowCost {
				return errors.Join(stack.ErrCost, errors.New("make it smaller, or allow it with --allow-cost"))
			}
			return nil
		},
	}
	o.makingFlags(command)
	command.Flags().StringVar(&planFile, "plan", "", "plan as JSON; without it a plan is made, in a directory of its own")
	return command
}

func (o *options) estimate(command *cobra.Command, planFile string) (estimate cost.Estimate, err error) {
	if planFile != "" {
		plan, err := os.ReadFile(planFile)
		if err != nil {
			return cost.Estimate{}, fmt.Errorf("read the plan: %w", err)
		}
		workload, err := o.workload()
		if err != nil {
			return cost.Estimate{}, err
		}
		return cost.Of(plan, workload)
	}
	if o.dir, err = os.MkdirTemp("", "assay-cost-"); err != nil {
		return cost.Estimate{}, fmt.Errorf("make a directory for the plan: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(o.dir)) }()
	o.run, o.offline = "cost", true
	err = o.withStack(command.Context(), command.ErrOrStderr(), func(ctx context.Context, opened *stack.Stack) (err error) {
		estimate, err = opened.Cost(ctx)
		return err
	})
	return estimate, err
}
