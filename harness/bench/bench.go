// Package bench measures what the suites lose to waiting: the time from the moment
// that something is in fact so until a wait notices, and the time of a whole suite
// beside that of the slowest thing which it has to wait for.
package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"text/tabwriter"
	"time"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/run"
	"assay.dev/assay/spec"
)

// File is where the figures are kept, below the repository.
const File = "artifacts/bench-suites.json"

// Bounds that a platform on two cores should keep.
const (
	mostWall     = 60 * time.Second
	mostLoss     = 500 * time.Millisecond
	mostOverhead = 1.5
)

// Figure is one measured value beside the most that it should be.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Bound float64 `json:"bound"`
	Unit  string  `json:"unit"`
}

// Kept reports whether the bound is kept.
func (f Figure) Kept() bool { return f.Value <= f.Bound }

// Measure measures the waits on the cluster, and reads the reports of the suites
// that took part in r, which has to hold both. It prints a table to out and keeps
// it below repo; a bound that is not kept is no error.
func Measure(ctx context.Context, repo string, cluster *kube.Cluster, r *run.Run, out io.Writer) ([]Figure, error) {
	suites := []spec.Suite{spec.Provisioning, spec.Quotas}
	var figures []Figure
	var wall time.Duration
	for _, suite := range suites {
		took, err := readTook(r.Path("ginkgo", string(suite)+".json"))
		if err != nil {
			return nil, err
		}
		wall += took.wall
		figures = append(figures, Figure{
			Name:  fmt.Sprintf("%s: wall (%.1f s) ÷ slowest chain (%.1f s)", suite, took.wall.Seconds(), took.chain.Seconds()),
			Value: took.wall.Seconds() / took.chain.Seconds(), Bound: mostOverhead,
		})
	}
	figures = append(figures, Figure{Name: "provisioning and quotas on a ready platform", Value: wall.Seconds(), Bound: mostWall.Seconds(), Unit: "s"})
	losses, err := waits(ctx, cluster, spec.Current().Timeouts)
	if err != nil {
		return nil, err
	}
	figures = append(figures, losses...)
	return figures, keep(repo, figures, out)
}

func keep(repo string, figures []Figure, out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "figure\tmeasured\tbound\t")
	for _, f := range figures {
		mark := ""
		if !f.Kept() {
			mark = "over"
		}
		fmt.Fprintf(table, "%s\t%.2f %s\t%.1f %s\t%s\n", f.Name, f.Value, f.Unit, f.Bound, f.Unit, mark)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	content, err := json.MarshalIndent(map[string]any{
		"at": time.Now().UTC(), "processors": runtime.NumCPU(), "figures": figures,
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the figures: %w", err)
	}
	if err := os.WriteFile(filepath.Join(repo, File), append(content, '\n'), 0o644); err != nil {
		return fmt.Errorf("keep the figures: %w", err)
	}
	return nil
}
