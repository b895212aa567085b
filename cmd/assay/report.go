package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/run"
)

// reportCommand writes the report of a saved run again, or says which
// requirements have checks.
func reportCommand() *cobra.Command {
	coverage := false
	command := &cobra.Command{
		Use: "report [RUN]", Short: "Write the report of a run, the last one if none is named, or show which requirements have checks",
		Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			if coverage {
				s, err := newSession()
				if err != nil {
					return err
				}
				checks, err := s.Checks(command.Context())
				if err != nil {
					return err
				}
				return report.Cover(checks).Print(os.Stdout)
			}
			repo, r, err := saved(args)
			if err != nil {
				return err
			}
			return publish(repo, r)
		},
	}
	command.Flags().BoolVar(&coverage, "coverage", false, "show requirements against checks")
	return command
}

// saved opens the run in the directory that was named, or the last one.
func saved(args []string) (string, *run.Run, error) {
	repo, err := repository()
	if err != nil {
		return "", nil, err
	}
	if len(args) == 1 {
		r, err := run.Open(args[0])
		return repo, r, err
	}
	root := filepath.Join(repo, platform.RunsDir)
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", nil, fmt.Errorf("find the last run: %w", err)
	}
	for _, entry := range slices.Backward(entries) {
		if r, err := run.Open(filepath.Join(root, entry.Name())); err == nil {
			return repo, r, nil
		}
	}
	return "", nil, fmt.Errorf("there is no run in %s yet: `make e2e-kind` makes one", platform.RunsDir)
}
