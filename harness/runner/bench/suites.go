package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/hold"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runs/benchresults"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// Bounds that a platform on two cores should keep.
const (
	mostWall     = 60 * time.Second
	mostLoss     = 500 * time.Millisecond
	mostOverhead = 1.5
)

// waiting are the suites whose waits are measured.
var waiting = []spec.Suite{spec.Provisioning, spec.Quotas}

// Suites runs the suites provisioning and quotas on the platform that is up, measures
// what they lose to waiting, and the waits on the cluster. It prints a table to out and
// keeps it below repo; a bound that is not kept is no error.
func Suites(ctx context.Context, p *platform.Platform, repo string, out io.Writer) (err error) {
	cluster, err := p.Connect(ctx)
	if err != nil {
		return err
	}
	s := session.Session{Dir: repo, Spec: p.Spec, Log: filepath.Join(repo, "artifacts", "platform", "logs", "compile suites.log")}
	if err := s.Compile(ctx); err != nil {
		return err
	}
	lock, err := hold.Platform(ctx, p, cluster, "bench suites", out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release(ctx)) }()
	ctx = lock.Context()
	r, err := p.StartRun(ctx, cluster, "bench suites")
	if err != nil {
		return err
	}
	for _, suite := range waiting {
		result, err := s.Run(ctx, r, suite, session.Filter{}, out)
		if err != nil {
			return err
		}
		if !result.Passed {
			return fmt.Errorf("suite %s is red: its times are not usable", suite)
		}
	}
	measured, err := ofReports(r)
	if err != nil {
		return err
	}
	losses, err := waits(ctx, cluster, p.Spec.Timeouts)
	if err != nil {
		return err
	}
	return benchresults.Report(out, repo, "suites", append(measured, losses...))
}

// ofReports reads the reports of the suites that took part in a run.
func ofReports(r *run.Run) ([]benchresults.Figure, error) {
	var list []benchresults.Figure
	var wall time.Duration
	for _, suite := range waiting {
		took, err := readTook(r.Path("ginkgo", string(suite)+".json"))
		if err != nil {
			return nil, err
		}
		wall += took.wall
		list = append(list, benchresults.Figure{
			Name:  fmt.Sprintf("%s: wall (%.1f s) ÷ slowest chain (%.1f s)", suite, took.wall.Seconds(), took.chain.Seconds()),
			Value: took.wall.Seconds() / took.chain.Seconds(), Bound: mostOverhead,
		})
	}
	return append(list, benchresults.Figure{Name: "provisioning and quotas on a ready platform", Value: wall.Seconds(), Bound: mostWall.Seconds(), Unit: "s"}), nil
}
