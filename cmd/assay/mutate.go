package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/mutate"
	"assay.dev/assay/harness/mutate/cloud"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/hold"
	"assay.dev/assay/harness/platform/lease"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

// mutantsFile keeps what became of the mutants, in a run and below artifacts/mutate.
const mutantsFile = "mutants.json"

// mutateDir is where runs of mutants are kept, below the repository, and in it
// resultLogFile every result.
const (
	mutateDir     = "artifacts/mutate"
	resultLogFile = "results.jsonl"
)

// mutateCommand proves that the suites can fail.
func mutateCommand() *cobra.Command {
	var which choice
	fresh, list, harmless := false, false, false
	command := &cobra.Command{
		Use: "mutate", Short: "Apply each mutant to the platform that is up, one at a time, and verify that its check detects it", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if !harmless {
				if err := which.validate(command.Flags()); err != nil {
					return err
				}
			}
			s, err := source.Open("")
			if err != nil {
				return err
			}
			if harmless {
				return tryHarmless(command.Context(), s, which.only)
			}
			all, _, err := mutants.Load(s)
			if err != nil {
				return err
			}
			if all, err = which.pick(command.Context(), all); err != nil {
				return err
			}
			if list {
				return listMutants(command.OutOrStdout(), s, all)
			}
			err = tryMutants(command.Context(), all, fresh || which.sample > 0, which.sample > 0)
			if which == (choice{}) && (err == nil || judged(err)) {
				err = errors.Join(err, tryHarmless(command.Context(), s, ""))
			}
			return err
		},
	}
	flags := command.Flags()
	flags.StringVar(&which.only, "only", "", "run only mutants whose ID matches one of these patterns, e.g. 'event.*,quota.*.cpu-requests-*'")
	flags.StringVar(&which.since, "changed-since", "", "run only mutants written in files that have changed since this git revision")
	flags.IntVar(&which.sample, "sample", 0, "run mutants of this many requirements, chosen at random, on the platform itself, also those with a result")
	flags.Uint64Var(&which.seed, "seed", 0, "the seed that a sample is picked with; 0 draws one")
	complete(command, "only", mutantNames)
	flags.BoolVar(&fresh, "fresh", false, "run mutants again that an earlier run has killed")
	flags.BoolVar(&harmless, "harmless", false, "make changes that break nothing, all of them or those of --only, and verify that no check is red because of them")
	flags.BoolVar(&list, "list", false, "list the mutants of the specification, and the requirements without a mutant with the reasons, and run none")
	return command
}

// newEngine is an engine that changes nothing yet, with its session and the folder where it
// keeps what changes came to.
func newEngine() (s session.Session, root string, engine mutate.Engine, err error) {
	if s, err = newSession(); err != nil {
		return s, "", engine, err
	}
	root = filepath.Join(s.Dir, mutateDir)
	engine = mutate.Engine{Repo: s.Dir, Spec: s.Spec, Out: os.Stdout, ResultLog: filepath.Join(root, resultLogFile)}
	return s, root, engine, os.MkdirAll(root, 0o755)
}

// tryMutants tries mutants on the platform that is up, and on an emulated cloud,
// and keeps what they came to. fresh tries again what was killed before; table
// prints each one's checks and message.
func tryMutants(ctx context.Context, list []mutants.Mutant, fresh, table bool) (err error) {
	s, root, engine, err := newEngine()
	if err != nil {
		return err
	}
	pending, err := engine.Pending(list, fresh)
	if err != nil {
		return err
	}
	needed := placesOf(pending)
	if needed[mutants.OnCloud] || needed[mutants.OnConfiguration] {
		emulated, err := onCloud(ctx, s, root, &engine)
		if err != nil {
			return err
		}
		defer func() { _ = emulated.Close(context.WithoutCancel(ctx)) }()
	}
	if needed[mutants.OnRecording] {
		if err := onRecordings(ctx, s, root, pending, &engine); err != nil {
			return err
		}
	}
	var r *run.Run
	if all := placesOf(list); all[mutants.OnPlatform] || all[mutants.OnSpecification] {
		var lock *lease.Lock
		if r, lock, err = onPlatform(ctx, s, root, suitesOf(s.Spec, list), &engine); err != nil {
			return err
		}
		defer func() { err = released(ctx, lock, err) }()
		ctx = lock.Context()
	}
	results, err := engine.Run(ctx, list, fresh)
	if err := errors.Join(err, saveResults(s.Spec, root, engine.ResultLog, r)); err != nil {
		return err
	}
	results, skipped := mutate.Split(results)
	for _, skip := range skipped {
		fmt.Printf("%s is not to be tried here, and counts as not killed: %s\n", skip.ID, visible.Line(skip.Text))
	}
	if table {
		fmt.Println(mutate.Table(results))
	}
	fmt.Print(mutate.Survivors(s.Spec, results))
	if r != nil {
		if err := publish(os.Stdout, s.Dir, r, report.Nothing); err != nil && !judged(err) {
			return err
		}
	}
	unbroken, err := mutants.LoadUnbroken(s.Spec)
	if err != nil {
		return err
	}
	fmt.Print(unbrokenText(unbroken))
	return mutantsError(results, skipped)
}

// mutantsError is the verdict of a run of mutants: red if one that was tried was not
// killed, inconclusive if one could not be tried here.
func mutantsError(tried, skipped []mutate.Result) error {
	if killed := mutate.Count(tried, mutate.Killed); killed < len(tried) {
		return fmt.Errorf("%w: %d of %d mutants were not killed", errRed, len(tried)-killed, len(tried))
	}
	if len(skipped) > 0 {
		return fmt.Errorf("%w: %d mutants could not be tried here", errInconclusive, len(skipped))
	}
	return nil
}

// placesOf returns what some mutants change. Nothing else is made for them: an emulated
// cloud needs Terraform and the OCI provider, which take minutes to compile.
func placesOf(list []mutants.Mutant) map[mutants.Place]bool {
	places := map[mutants.Place]bool{}
	for _, m := range list {
		places[m.Place()] = true
	}
	return places
}

// saveResults writes the last result of every mutant, whichever run had it, to root
// and to the run, whose report shows them.
func saveResults(s *spec.Spec, root, resultLog string, r *run.Run) error {
	all, _, err := mutants.Load(s)
	if err != nil {
		return err
	}
	results, err := mutate.Known(resultLog, s, all)
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	if r != nil {
		if err := os.WriteFile(r.Path(mutantsFile), content, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(root, mutantsFile), content, 0o644)
}

// suitesOf are the suites whose checks some mutants of the platform and the specification
// need.
func suitesOf(described *spec.Spec, list []mutants.Mutant) []spec.Suite {
	var suites []spec.Suite
	for _, m := range list {
		for _, id := range append([]string{m.Requirement}, m.Also...) {
			if suite := described.Requirement(id).Suite; (m.Place() == mutants.OnPlatform || m.Place() == mutants.OnSpecification) && !slices.Contains(suites, suite) {
				suites = append(suites, suite)
			}
		}
	}
	return suites
}

// onPlatform lets the engine break the platform that is up, in a run of its own, for as
// long as the Lease is held that the caller releases.
func onPlatform(ctx context.Context, s session.Session, root string, suites []spec.Suite, engine *mutate.Engine) (*run.Run, *lease.Lock, error) {
	p, err := open()
	if err != nil {
		return nil, nil, err
	}
	if err := s.Compile(ctx); err != nil {
		return nil, nil, err
	}
	cluster, err := p.Connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	command := strings.Join(os.Args, " ")
	lock, err := hold.Platform(ctx, p, cluster, command, os.Stdout)
	if err != nil {
		return nil, nil, err
	}
	r, err := p.StartRunIn(lock.Context(), root, cluster, command)
	if err == nil {
		err = lock.SetRun(r.ID)
	}
	if err != nil {
		return nil, nil, released(ctx, lock, err)
	}
	engine.Cluster, engine.Ingress, engine.Healthy = cluster, r.Ingress.HTTP, p.Healthy
	engine.Check = func(ctx context.Context, ids []string, kubeconfig string) ([]session.Check, error) {
		return s.Only(ctx, r, ids, through(r, kubeconfig)...)
	}
	engine.CheckAll = func(ctx context.Context, kubeconfig string) ([]session.Check, error) {
		return s.Undisturbing(ctx, r, suites, through(r, kubeconfig)...)
	}
	engine.CheckSpecification = func(ctx context.Context, ids []string, dir string) ([]session.Check, error) {
		if dir == "" {
			return s.Only(ctx, r, ids)
		}
		return s.Only(ctx, r, ids, source.Env+"="+dir)
	}
	return r, lock, nil
}

// through is the environment of checks that use a kubeconfig of their own, if one is named.
func through(r *run.Run, kubeconfig string) []string {
	if kubeconfig == "" {
		return nil
	}
	return []string{platform.KubeconfigEnv + "=" + kubeconfig, platform.ClusterUIDEnv + "=" + r.ClusterUID}
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
	emulated, err := cloud.Open(ctx, s.Spec, filepath.Join(s.Dir, "infra", "terraform"), log, os.Stdout)
	if err != nil {
		return nil, err
	}
	env := append(emulated.Env(), session.CloudRunEnv+"="+emulated.Run(), session.CloudDirEnv+"="+emulated.Dir())
	engine.Cloud = emulated
	engine.CheckCloud = func(ctx context.Context, ids []string) ([]session.Check, error) {
		return s.OnlyCloud(ctx, s.Dir, root, ids, env...)
	}
	engine.CheckConfiguration = func(ctx context.Context, ids []string, tree string) ([]session.Check, error) {
		return s.OnlyCloud(ctx, tree, root, ids)
	}
	return emulated, nil
}
