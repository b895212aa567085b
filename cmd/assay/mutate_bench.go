package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/mutate"
	"assay.dev/assay/mutants"
)

// benchMutateCommand tells what a mutant takes.
func benchMutateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "bench-mutate", Short: "Measure what a mutant takes, undo and green check included, by what was tried last", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			repo, err := repository()
			if err != nil {
				return err
			}
			all, _, err := mutants.Load()
			if err != nil {
				return err
			}
			results, err := mutate.Known(filepath.Join(repo, mutateDir, ledgerFile), all)
			if err != nil {
				return err
			}
			if len(results) == 0 {
				return errors.New("no mutant was tried yet: run `make mutate` first")
			}
			measured := mutate.Measure(results, all)
			fmt.Print(measured)
			return keepFigures(repo, "mutate", measured)
		},
	}
}

// keepFigures writes what a bench has measured below artifacts/bench.
func keepFigures(repo, name string, measured any) error {
	content, err := json.MarshalIndent(measured, "", "  ")
	if err != nil {
		return err
	}
	out := filepath.Join(repo, "artifacts", "bench", name+".json")
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return fmt.Errorf("keep the figures: %w", err)
	}
	return os.WriteFile(out, append(content, '\n'), 0o644)
}
