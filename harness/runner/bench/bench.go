// Package bench measures what the suites lose to waiting: the time from the moment
// that something is in fact so until a wait notices, and the time of a whole suite
// beside that of the slowest thing which it has to wait for.
package bench

import (
	"context"
	"fmt"
	"io"
	"time"

	"assay.dev/assay/harness/kube"
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

// Measure measures the waits on the cluster, and reads the reports of the suites
// that took part in r, which has to hold both. It prints a table to out and keeps
// it below repo; a bound that is not kept is no error.
func Measure(ctx context.Context, s *spec.Spec, repo string, cluster *kube.Cluster, r *run.Run, out io.Writer) error {
	suites := []spec.Suite{spec.Provisioning, spec.Quotas}
	var list []benchresults.Figure
	var wall time.Duration
	for _, suite := range suites {
		took, err := readTook(r.Path("ginkgo", string(suite)+".json"))
		if err != nil {
			return err
		}
		wall += took.wall
		list = append(list, benchresults.Figure{
			Name:  fmt.Sprintf("%s: wall (%.1f s) ÷ slowest chain (%.1f s)", suite, took.wall.Seconds(), took.chain.Seconds()),
			Value: took.wall.Seconds() / took.chain.Seconds(), Bound: mostOverhead,
		})
	}
	list = append(list, benchresults.Figure{Name: "provisioning and quotas on a ready platform", Value: wall.Seconds(), Bound: mostWall.Seconds(), Unit: "s"})
	losses, err := waits(ctx, cluster, s.Timeouts)
	if err != nil {
		return err
	}
	return benchresults.Report(out, repo, "suites", append(list, losses...))
}
