package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/docker/go-units"
)

// Figure is one measured value beside the bound that it should keep.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Bound float64 `json:"bound"`
	Unit  string  `json:"unit"`
}

// benchFile is where the figures are kept, below the repository.
const benchFile = "artifacts/bench-platform.json"

// Bench takes the platform down and brings it up again with the cache that is
// there, adopts it, and measures the memory that all of it holds. It prints a
// table and keeps the figures; it judges nothing.
func (p *Platform) Bench(ctx context.Context) error {
	if err := p.Down(ctx); err != nil {
		return err
	}
	begin := time.Now()
	if err := p.Up(ctx); err != nil {
		return err
	}
	figures := []Figure{{Name: "up, warm cache, no cluster", Value: time.Since(begin).Seconds(), Bound: 150, Unit: "s"}}
	begin = time.Now()
	if err := p.Up(ctx); err != nil {
		return err
	}
	figures = append(figures, Figure{Name: "adopt", Value: time.Since(begin).Seconds(), Bound: 5, Unit: "s"})
	memory, err := p.platformMemory(ctx)
	if err != nil {
		return err
	}
	figures = append(figures, Figure{Name: "resident memory of nodes and registry", Value: memory / (1 << 30), Bound: 7, Unit: "GiB"})
	return p.keepFigures(figures)
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

func (p *Platform) keepFigures(figures []Figure) error {
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "figure\tmeasured\tbound\t")
	for _, f := range figures {
		fmt.Fprintf(table, "%s\t%.1f %s\t%.0f %s\t\n", f.Name, f.Value, f.Unit, f.Bound, f.Unit)
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
	if err := os.WriteFile(filepath.Join(p.repo, benchFile), content, 0o600); err != nil {
		return fmt.Errorf("keep the figures: %w", err)
	}
	return nil
}
