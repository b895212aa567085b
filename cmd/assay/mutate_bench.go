package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/mutate"
	"assay.dev/assay/harness/runs/benchresults"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec/source"
)

// benchMutateCommand tells what a mutant takes.
func benchMutateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "mutate", Short: "Measure how long a mutant takes, including undo and green check, from the latest results", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			repo, err := repository()
			if err != nil {
				return err
			}
			s, err := source.Open("")
			if err != nil {
				return err
			}
			all, _, err := mutants.Load(s)
			if err != nil {
				return err
			}
			results, err := mutate.Known(filepath.Join(repo, mutateDir, resultLogFile), s, all)
			if err != nil {
				return err
			}
			if len(results) == 0 {
				return errors.New("no mutant was tried yet: run `make mutate` first")
			}
			measured := mutate.Measure(results, all)
			fmt.Print(measured)
			return benchresults.Save(repo, "mutate", measured)
		},
	}
}
