package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/mutate"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/session"
	"assay.dev/assay/mutants"
)

// mutateCommand proves that the suites can fail.
func mutateCommand() *cobra.Command {
	var only, since string
	fresh := false
	command := &cobra.Command{
		Use: "mutate", Short: "Break the platform that is up in every known way, one at a time, and want each break seen", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			list, _, err := mutants.Load()
			if err != nil {
				return err
			}
			if list, err = pick(command.Context(), list, only, since); err != nil {
				return err
			}
			return tryMutants(command.Context(), list, fresh)
		},
	}
	command.Flags().StringVar(&only, "only", "", "try only mutants whose ID matches this pattern, e.g. 'EVT-*'")
	command.Flags().StringVar(&since, "changed-since", "", "try only mutants written in files that have changed since this git revision")
	command.Flags().BoolVar(&fresh, "fresh", false, "try again what an earlier run has killed")
	return command
}

// pick keeps the mutants that were asked for.
func pick(ctx context.Context, list []mutants.Mutant, only, since string) ([]mutants.Mutant, error) {
	if only != "" {
		if _, err := path.Match(only, ""); err != nil {
			return nil, fmt.Errorf("--only %q: %w", only, err)
		}
		list = slices.DeleteFunc(list, func(m mutants.Mutant) bool {
			ok, _ := path.Match(only, m.ID)
			return !ok
		})
	}
	if since != "" {
		out, err := exec.CommandContext(ctx, "git", "diff", "--name-only", since).Output()
		if err != nil {
			return nil, fmt.Errorf("--changed-since %s: %w", since, err)
		}
		changed := strings.Fields(string(out))
		list = slices.DeleteFunc(list, func(m mutants.Mutant) bool { return !slices.Contains(changed, m.File) })
	}
	if len(list) == 0 {
		return nil, errors.New("there is no such mutant")
	}
	return list, nil
}

// tryMutants tries mutants on the platform that is up and keeps what they came to.
func tryMutants(ctx context.Context, list []mutants.Mutant, fresh bool) error {
	p, err := open()
	if err != nil {
		return err
	}
	s, err := newSession()
	if err != nil {
		return err
	}
	if err := s.Compile(ctx, session.Suites()); err != nil {
		return err
	}
	cluster, err := p.Connect(ctx)
	if err != nil {
		return err
	}
	root := filepath.Join(s.Repo, "artifacts", "mutate")
	r, err := p.BeginIn(ctx, root, cluster, strings.Join(os.Args, " "))
	if err != nil {
		return err
	}
	engine := mutate.Engine{
		Cluster: cluster, Out: os.Stdout, Whole: p.Whole, Ledger: filepath.Join(root, "results.jsonl"),
		Check: func(ctx context.Context, ids []string, kubeconfig string) ([]session.Check, error) {
			if kubeconfig == "" {
				return s.Only(ctx, r, ids)
			}
			return s.Only(ctx, r, ids, platform.KubeconfigEnv+"="+kubeconfig, platform.ClusterUIDEnv+"="+r.ClusterUID)
		},
	}
	results, err := engine.Run(ctx, list, fresh)
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, "mutants.json"), content, 0o644); err != nil {
		return err
	}
	fmt.Println(mutate.Score(results))
	if killed := mutate.Count(results, mutate.Killed); killed < len(results) {
		return fmt.Errorf("%d of %d mutants were not killed", len(results)-killed, len(results))
	}
	return nil
}
