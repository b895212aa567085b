package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"assay.dev/assay/harness/experiment/schedule"
	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/spec"
)

// Random runs schedules that a seed composes.
type Random struct {
	Cluster *kube.Cluster
	Spec    *spec.Spec
	Run     *run.Run
	Nodes   fault.Nodes // nil where nobody can stop nodes
	// Out takes what happens, for people.
	Out io.Writer
}

// How schedules are composed, and how often shrinking may run one.
const (
	shortestHold = 3 * time.Second
	longestHold  = 20 * time.Second
	restAfter    = 20 * time.Second
	overlapShare = 0.4
	shrinkRuns   = 24
)

// ErrRed is wrapped by the error of a schedule under which the platform did not keep what
// it guarantees.
var ErrRed = errors.New("the schedule is red")

// Break composes the schedule of a seed, runs it, and shrinks it if it fails. The
// error of a failing schedule holds the shortest one that still fails.
func (r Random) Break(ctx context.Context, seed int64, duration time.Duration) (err error) {
	lab := &fault.Lab{Cluster: r.Cluster, Spec: r.Spec, Nodes: r.Nodes, Ingress: r.Run.Ingress}
	if _, err := lab.Cleanup(ctx); err != nil {
		return fmt.Errorf("clean up before the first fault: %w", err)
	}
	if err := lab.FindOut(ctx); err != nil {
		return err
	}
	canaries, err := NewCanaries(ctx, r.Cluster, r.Spec.Timeouts)
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.Spec.Timeouts.NamespaceDeleted.Duration)
		defer cancel()
		err = errors.Join(err, canaries.Close(closing))
	}()
	if err != nil {
		return err
	}
	able, err := Composable(ctx, lab)
	if err != nil {
		return err
	}
	composed, err := schedule.Compose(seed, schedule.Options{
		Faults: able, Class: Groups(r.Spec), Duration: duration, Shortest: shortestHold, Longest: longestHold, Rest: restAfter, Overlap: overlapShare,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "%s\n", composed)
	runs := 0
	fails := func(ctx context.Context, s schedule.Schedule) (bool, error) {
		if runs++; runs > 1 { // the one before may have left something behind
			if _, err := lab.Cleanup(ctx); err != nil {
				return false, fmt.Errorf("clean up before the next fault: %w", err)
			}
			if canaries, err = NewCanaries(ctx, r.Cluster, r.Spec.Timeouts); err != nil { // healing takes them as well
				return false, err
			}
		}
		verdict, err := r.once(ctx, lab, canaries, fmt.Sprintf("schedule-%d-%02d", seed, runs), s)
		if err != nil {
			return false, err
		}
		fmt.Fprintln(r.Out, visible.Line(fmt.Sprintf("run %d, %d faults: %s %v", runs, len(s.Steps), verdict.Result, verdict.Reasons)))
		return verdict.Result == judge.Fail, nil
	}
	failed, err := fails(ctx, composed)
	if err != nil || !failed {
		return err
	}
	short, err := schedule.Shrink(ctx, composed, shrinkRuns, fails)
	return errors.Join(fmt.Errorf("%w; the shortest that still fails, of %d tried (minimal: %v):\n%s", ErrRed, short.Runs, short.Minimal, short.Schedule), err)
}

// once runs one schedule and judges it.
func (r Random) once(ctx context.Context, lab *fault.Lab, guard Guard, name string, s schedule.Schedule) (*judge.Verdict, error) {
	live := &Live{Cluster: r.Cluster, Spec: r.Spec, Run: r.Run, Name: name, Profile: traffic.WithFault(r.Spec, s.Seed), Streams: traffic.Streams(r.Spec, s.Seed)}
	_, err := (&Composed{
		Schedule: s, Make: func(name string) (fault.Fault, error) {
			made, err := fault.New(lab, name)
			if err != nil {
				return nil, err
			}
			return fault.SelfTest(made, os.Getenv(fault.SelfTestEnv))
		},
		Flow: live, Health: Pods{Cluster: r.Cluster, Spec: r.Spec}, Guard: guard, Timeouts: r.Spec.Timeouts,
	}).Run(ctx)
	if err != nil {
		return nil, err
	}
	return Judge(live.Dir(), ComposedRules(r.Spec, s))
}
