package platform

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/docker/go-units"

	"assay.dev/assay/harness/runs/benchresults"
)

// Bench takes the platform down and brings it up again with the cache that is
// there, reuses it, and measures the memory that all of it holds. It prints a
// table and keeps the figures; it judges nothing.
func (p *Platform) Bench(ctx context.Context) error {
	if err := p.Down(ctx); err != nil {
		return err
	}
	started := time.Now()
	if err := p.Up(ctx); err != nil {
		return err
	}
	list := []benchresults.Figure{{Name: "up, warm cache, no cluster", Value: time.Since(started).Seconds(), Bound: 150, Unit: "s"}}
	started = time.Now()
	if err := p.Up(ctx); err != nil {
		return err
	}
	list = append(list, benchresults.Figure{Name: "adopt", Value: time.Since(started).Seconds(), Bound: 5, Unit: "s"})
	memory, err := p.platformMemory(ctx)
	if err != nil {
		return err
	}
	list = append(list, benchresults.Figure{Name: "resident memory of nodes and registry", Value: memory / (1 << 30), Bound: 7, Unit: "GiB"})
	return benchresults.Report(p.out, p.repo, "platform", list)
}

// platformMemory sums what docker counts for the platform's containers, in
// bytes, without the page cache that the kernel would give back first.
func (p *Platform) platformMemory(ctx context.Context) (float64, error) {
	names := []string{p.registry()}
	nodes, err := docker(ctx, io.Discard, "ps", "--quiet", "--filter", "label=io.x-k8s.kind.cluster="+p.name)
	if err != nil {
		return 0, fmt.Errorf("list the nodes: %w", err)
	}
	args := append([]string{"stats", "--no-stream", "--format", "{{.MemUsage}}"}, append(names, strings.Fields(nodes)...)...)
	out, err := docker(ctx, io.Discard, args...)
	if err != nil {
		return 0, fmt.Errorf("measure memory: %w", err)
	}
	sum := 0.0
	for line := range strings.Lines(out) {
		used, _, _ := strings.Cut(line, " / ")
		bytes, err := units.RAMInBytes(strings.TrimSpace(used))
		if err != nil {
			return 0, fmt.Errorf("measure memory: %q: %w", line, err)
		}
		sum += float64(bytes)
	}
	return sum, nil
}
