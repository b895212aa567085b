package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/experiment"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/runner/bench"
	"assay.dev/assay/harness/runs/benchresults"
	"assay.dev/assay/harness/text/columns"
)

// benchCommand measures; it judges nothing.
func benchCommand() *cobra.Command {
	return group(&cobra.Command{Use: "bench", Short: "Measure, and draw what was measured"},
		benchUpCommand(), benchChaosCommand(), benchMutateCommand(),
		platformCommand("platform", "Measure a warm start, a reuse and the memory of the platform", (*platform.Platform).Bench),
		platformCommand("suites", "Measure how long the suites provisioning and quotas wait", benchWith(bench.Suites)),
		platformCommand("traffic", "Measure the Kafka generator beside Kafka's own", benchWith(bench.Traffic)))
}

// benchWith measures on the platform of this checkout.
func benchWith(measure func(context.Context, *platform.Platform, string, io.Writer) error) func(*platform.Platform, context.Context) error {
	return func(p *platform.Platform, ctx context.Context) error {
		repo, err := repository()
		if err != nil {
			return err
		}
		return measure(ctx, p, repo, os.Stdout)
	}
}

// benchUpCommand draws what the last up waited for.
func benchUpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "up [TIMELINE]", Short: "Draw the critical path of the last up that made something, with the CPU and wall time of each step",
		Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			p, err := open()
			if err != nil {
				return err
			}
			out := command.OutOrStdout()
			return p.BenchUp(out, columns.Width(out), strings.Join(args, ""))
		},
	}
}

// benchChaosCommand tells what a run's faults cost and bought.
func benchChaosCommand() *cobra.Command {
	return &cobra.Command{
		Use: "chaos [RUN]", Short: "Measure how much of a run's chaos suite was spent in active faults; the last run if none is named",
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: runCompletion,
		RunE: func(_ *cobra.Command, args []string) error {
			repo, r, err := saved(args)
			if err != nil {
				return err
			}
			s, err := r.Specification()
			if err != nil {
				return err
			}
			measured, err := experiment.Measure(r.Path("history"), s)
			if err != nil {
				return err
			}
			fmt.Println(measured)
			return benchresults.Save(repo, "chaos", measured)
		},
	}
}
