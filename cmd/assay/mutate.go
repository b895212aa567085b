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
	"assay.dev/assay/harness/mutate/cloud"
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

// tryMutants tries mutants on the platform that is up, and on an emulated cloud,
// and keeps what they came to.
func tryMutants(ctx context.Context, list []mutants.Mutant, fresh bool) error {
	s, err := newSession()
	if err != nil {
		return err
	}
	root := filepath.Join(s.Repo, "artifacts", "mutate")
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	engine := mutate.Engine{Out: os.Stdout, Ledger: filepath.Join(root, "results.jsonl")}
	if slices.ContainsFunc(list, mutants.Mutant.OfCloud) {
		emulated, err := onCloud(ctx, s, root, &engine)
		if err != nil {
			return err
		}
		defer func() { _ = emulated.Close(context.WithoutCancel(ctx)) }()
	}
	if slices.ContainsFunc(list, func(m mutants.Mutant) bool { return !m.OfCloud() }) {
		if err := onPlatform(ctx, s, root, &engine); err != nil {
			return err
		}
	}
	results, err := engine.Run(ctx, list, fresh)
	if err != nil {
		return err
	}
	if err := keepResults(root, engine.Ledger); err != nil {
		return err
	}
	fmt.Println(mutate.Score(results))
	untried, err := mutants.LoadUntried()
	if err != nil {
		return err
	}
	count := 0
	for _, u := range untried {
		count += len(u.Requirements)
	}
	fmt.Printf("nobody has tried to break %d more requirements, which count as not killed\n", count)
	if killed := mutate.Count(results, mutate.Killed); killed < len(results) {
		return fmt.Errorf("%d of %d mutants were not killed", len(results)-killed, len(results))
	}
	return nil
}

// keepResults writes the last result of every mutant, whichever run had it, for the report.
func keepResults(root, ledger string) error {
	all, _, err := mutants.Load()
	if err != nil {
		return err
	}
	results, err := mutate.Known(ledger, all)
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "mutants.json"), content, 0o644)
}

// onPlatform lets the engine break the platform that is up.
func onPlatform(ctx context.Context, s session.Session, root string, engine *mutate.Engine) error {
	p, err := open()
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
	r, err := p.BeginIn(ctx, root, cluster, strings.Join(os.Args, " "))
	if err != nil {
		return err
	}
	engine.Cluster, engine.Whole = cluster, p.Whole
	engine.Check = func(ctx context.Context, ids []string, kubeconfig string) ([]session.Check, error) {
		if kubeconfig == "" {
			return s.Only(ctx, r, ids)
		}
		return s.Only(ctx, r, ids, platform.KubeconfigEnv+"="+kubeconfig, platform.ClusterUIDEnv+"="+r.ClusterUID)
	}
	return nil
}

// onCloud lets the engine break an emulated cloud, which the caller closes.
func onCloud(ctx context.Context, s session.Session, root string, engine *mutate.Engine) (*cloud.Cloud, error) {
	if err := s.CompileCloud(ctx); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(root, "cloud.log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	emulated, err := cloud.Open(ctx, filepath.Join(s.Repo, "infra", "terraform"), log)
	if err != nil {
		return nil, err
	}
	env := append(emulated.Env(), session.CloudRunEnv+"="+emulated.Run(), session.CloudDirEnv+"="+emulated.Dir())
	engine.Cloud = emulated
	engine.CheckCloud = func(ctx context.Context, ids []string) ([]session.Check, error) {
		return s.OnlyCloud(ctx, root, ids, env...)
	}
	return emulated, nil
}
