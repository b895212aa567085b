package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/experiment"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/hold"
	"assay.dev/assay/harness/platform/lease"
)

// chaosCommand breaks the platform at random, for as long as it is told to.
func chaosCommand() *cobra.Command {
	var seed int64
	var duration time.Duration
	command := &cobra.Command{
		Use: "chaos", Short: "Inject faults at random, chosen by a seed; shrink a schedule that fails", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if duration <= 0 {
				return refuse("--duration %s: go on for some time", duration)
			}
			p, err := open()
			if err != nil {
				return err
			}
			cluster, err := p.Connect(command.Context())
			if err != nil {
				return err
			}
			return exclusively(command.Context(), p, cluster, func(ctx context.Context, lock *lease.Lock) error {
				return breakAtRandom(ctx, p, cluster, lock, seed, duration)
			})
		},
	}
	command.Flags().Int64Var(&seed, "seed", 0, "what the faults are chosen by; a new one if it is not given")
	command.Flags().DurationVar(&duration, "duration", time.Hour, "how long to inject faults")
	command.AddCommand(chaosListCommand())
	return command
}

// chaosError is the verdict of a schedule: red where the platform broke a guarantee and
// nothing else went wrong.
func chaosError(err error) error {
	if allOf(err, func(one error) bool { return errors.Is(one, experiment.ErrRed) }) {
		return fmt.Errorf("%w: %s", errRed, err.Error()) // without what it wraps, which has an exit code of its own
	}
	return err
}

// breakAtRandom injects faults in a run of its own. A seed of 0 draws one.
func breakAtRandom(ctx context.Context, p *platform.Platform, cluster *kube.Cluster, lock *lease.Lock, seed int64, duration time.Duration) error {
	r, err := p.StartRun(ctx, cluster, strings.Join(os.Args, " "))
	if err != nil {
		return err
	}
	if err := lock.SetRun(r.ID); err != nil {
		return err
	}
	if seed == 0 {
		seed = rand.Int64()
	}
	fmt.Printf("run %s; the same faults again: assay chaos --seed %d --duration %s\n", r.ID, seed, duration)
	random := experiment.Random{
		Cluster: cluster, Spec: p.Spec, Run: r, Nodes: hold.Nodes(ctx, p, cluster), Out: os.Stdout,
	}
	return chaosError(random.Break(ctx, seed, duration))
}
