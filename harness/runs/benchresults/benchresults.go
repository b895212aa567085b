// Package benchresults shows and keeps what a bench has measured. It judges nothing: a
// bound that is not kept is no error.
package benchresults

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"text/tabwriter"
	"time"
)

// dir is where figures are kept, below the repository.
var dir = filepath.Join("artifacts", "bench")

// Figure is one measured value beside the most that it should be.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Bound float64 `json:"bound"`
	Unit  string  `json:"unit"`
}

// WithinBound reports whether the bound is kept.
func (f Figure) WithinBound() bool { return f.Value <= f.Bound }

// Report prints a table of figures to out, and keeps them below repo under the name
// of their bench, with the time and the machine's processors.
func Report(out io.Writer, repo, bench string, list []Figure) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "figure\tmeasured\tbound\t")
	for _, f := range list {
		mark := ""
		if !f.WithinBound() {
			mark = "over"
		}
		fmt.Fprintf(table, "%s\t%.2f %s\t%.1f %s\t%s\n", f.Name, f.Value, f.Unit, f.Bound, f.Unit, mark)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return Save(repo, bench, map[string]any{"at": time.Now().UTC(), "processors": runtime.NumCPU(), "figures": list})
}

// Save writes what a bench has measured below repo, as JSON.
func Save(repo, bench string, measured any) error {
	content, err := json.MarshalIndent(measured, "", "  ")
	if err != nil {
		return fmt.Errorf("save the results: %w", err)
	}
	_, err = Write(repo, bench+".json", append(content, '\n'))
	return err
}

// Write writes a file of a bench below repo, a picture for example, and returns its path
// below repo.
func Write(repo, name string, content []byte) (string, error) {
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Join(repo, dir), 0o755); err != nil {
		return "", fmt.Errorf("save the results: %w", err)
	}
	if err := os.WriteFile(filepath.Join(repo, file), content, 0o644); err != nil {
		return "", fmt.Errorf("save the results: %w", err)
	}
	return file, nil
}
