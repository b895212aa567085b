package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/lease"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/text/columns"
	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

// testCommand judges a platform that is up.
func testCommand() *cobra.Command {
	filter, hold, allowed := session.Filter{}, false, exceptionFlags{}
	command := &cobra.Command{
		Use: "test [SUITE ...]", Short: "Run suites on the platform that is up, all if none is named, and write the report",
		ValidArgsFunction: completion(suiteNames),
		RunE: func(command *cobra.Command, args []string) error {
			suites, err := chosen(args)
			if err != nil {
				return err
			}
			specified, err := source.Open("")
			if err != nil {
				return err
			}
			exceptions, err := allowed.read(specified)
			if err != nil {
				return err
			}
			filter, suites, err := resolve(specified, filter, suites, len(args) > 0)
			if err != nil {
				return err
			}
			s, err := newSession()
			if err != nil {
				return err
			}
			p, err := openIn(s.Dir)
			if err != nil {
				return err
			}
			s.Hold = hold
			printExpired(os.Stdout, columns.Width(os.Stdout), exceptions.Waivers, time.Now())
			if err := s.Compile(command.Context()); err != nil {
				return err
			}
			return judgePlatform(command.Context(), p, s, suites, filter, exceptions)
		},
	}
	filterFlags(command, &filter, "")
	holdFlag(command, &hold)
	exceptionsFlags(command, &allowed)
	profileFlag(command)
	return command
}

// profileFlag lets a command bound what it may do to the platform.
func profileFlag(command *cobra.Command) {
	profile := command.Flags().String("profile", "", fmt.Sprintf("what the run may do to the platform: one of %v; without it what %s says, else what the adoption allows, else everything", spec.Profiles, platform.ProfileEnv))
	complete(command, "profile", profileNames)
	before := command.RunE
	command.RunE = func(command *cobra.Command, args []string) error {
		if *profile != "" {
			if err := os.Setenv(platform.ProfileEnv, *profile); err != nil {
				return err
			}
		}
		return before(command, args)
	}
}

func profileNames() []string {
	var names []string
	for _, profile := range spec.Profiles {
		names = append(names, string(profile))
	}
	return names
}

// filterFlags lets a command select checks. usual is the label filter where nothing is
// selected.
func filterFlags(command *cobra.Command, filter *session.Filter, usual string) {
	labels := "run only checks whose labels match this expression, e.g. 'MUST && !waits'"
	if usual != "" {
		labels += fmt.Sprintf("; without --focus and --labels: %q", usual)
	}
	command.Flags().StringVar(&filter.Focus, "focus", "", "run only the checks of a requirement or fault, e.g. kafka.topics, or those whose name matches a regular expression")
	command.Flags().StringVar(&filter.Labels, "labels", "", labels)
	complete(command, "focus", checkNames)
	complete(command, "labels", checkNames)
}

// holdFlag lets a command stop at the first failed check. HOLD=1 does so, too.
func holdFlag(command *cobra.Command, hold *bool) {
	command.Flags().BoolVar(hold, "hold", os.Getenv("HOLD") == "1", "stop at the first failed check, with platform and fault as they are; HOLD=1 is the same")
}

// resolve reads a filter before anything is compiled, and leaves out suites that hold
// nothing of what it names. Suites that the user has named have to hold some of it.
func resolve(s *spec.Spec, filter session.Filter, suites []spec.Suite, named bool) (session.Filter, []spec.Suite, error) {
	filter, err := filter.Resolve(s)
	if err != nil {
		return filter, nil, err
	}
	holding := filter.Suites(s, suites)
	if len(holding) > 0 {
		return filter, holding, nil
	}
	if where := filter.Suites(s, session.Suites()); named && len(where) > 0 {
		return filter, nil, fmt.Errorf("%s is in another suite: assay test %s --focus %s", filter.Labels, where[0], filter.Labels)
	}
	return filter, nil, fmt.Errorf("no suite has a check of %s", filter.Labels)
}

// newSession returns a session that keeps what its suites make where the user works.
func newSession() (session.Session, error) {
	program, err := suitesProgram()
	if err != nil {
		return session.Session{}, err
	}
	dir, err := workDir()
	if err != nil {
		return session.Session{}, err
	}
	s, err := source.Open("")
	return session.Session{Dir: dir, Program: program, Spec: s, Log: filepath.Join(dir, "artifacts", "platform", "logs", "compile suites.log")}, err
}

// chosen returns the named suites in the order in which suites run.
func chosen(names []string) ([]spec.Suite, error) {
	all := session.Suites()
	if len(names) == 0 {
		return all, nil
	}
	for _, name := range names {
		if !slices.Contains(all, spec.Suite(name)) {
			return nil, session.Unknown("suite", name, suiteNames())
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(suite spec.Suite) bool {
		return !slices.Contains(names, string(suite))
	}), nil
}

// judgePlatform runs suites as one run, while nobody else is at work on the platform. The
// run holds its exceptions from its start, so that it can be reported however it ends.
func judgePlatform(ctx context.Context, p *platform.Platform, s session.Session, suites []spec.Suite, filter session.Filter, exceptions run.Exceptions) error {
	cluster, err := p.Connect(ctx)
	if err != nil {
		return err
	}
	profile, err := p.Profile()
	if err != nil {
		return err
	}
	suites, filter = session.Within(profile, suites, filter)
	if len(suites) == 0 {
		return refuse("no check of these suites is of the profile %s", profile)
	}
	judge := func(ctx context.Context, named func(id string) error) error {
		r, err := p.StartRun(ctx, cluster, strings.Join(os.Args, " "))
		if err != nil {
			return err
		}
		r.Suites = suites
		if err := errors.Join(named(r.ID), r.Save(), r.Except(exceptions)); err != nil {
			return err
		}
		return judgeRun(ctx, p, s, r, suites, filter)
	}
	if profile == spec.ReadOnly {
		if err := platform.RefuseLocked(ctx, cluster); err != nil {
			return err
		}
		return judge(ctx, func(string) error { return nil })
	}
	return exclusively(ctx, p, cluster, func(ctx context.Context, paused *lease.Lock) error { return judge(ctx, paused.SetRun) })
}

// judgeRun runs the suites of a run, and reports whatever came of it.
func judgeRun(ctx context.Context, p *platform.Platform, s session.Session, r *run.Run, suites []spec.Suite, filter session.Filter) error {
	fmt.Printf("run %s, saved in %s\n", r.ID, relative(s.Dir, r.Path()))
	paused, stopped := runSuites(ctx, s, r, suites, filter)
	r, err := run.Open(r.Path())
	if err != nil { // the suites have told it what the target lacks
		return err
	}
	if paused != nil {
		return printPaused(os.Stdout, p, s.Dir, paused)
	}
	if err = publish(os.Stdout, s.Dir, r, suites...); stopped != nil {
		return stopped
	}
	return err
}

// runSuites runs suites one after another, until one cannot be run or is held.
func runSuites(ctx context.Context, s session.Session, r *run.Run, suites []spec.Suite, filter session.Filter) (*run.Progress, error) {
	for _, suite := range suites {
		result, err := s.Run(ctx, r, suite, filter, os.Stdout)
		if err != nil {
			return nil, err
		}
		if result.Paused != nil {
			return result.Paused, nil
		}
		fmt.Printf("suite %s ended after %s\n", suite, result.Took.Round(100*time.Millisecond))
	}
	if !slices.Contains(suites, spec.Provisioning) {
		return nil, nil
	}
	shown := visible.NewWriter(os.Stdout)
	_, err := s.RunCloud(ctx, r, shown)
	return nil, errors.Join(err, shown.Close())
}

// printPaused says what was left for looking, and how to go on.
func printPaused(out io.Writer, p *platform.Platform, repo string, paused *run.Progress) error {
	fmt.Fprintf(out, "stopped at the first failed check: %s\n", visible.Line(paused.Name))
	fmt.Fprintln(out, "The platform is as it was when the check failed. To look:")
	fmt.Fprintf(out, "  export KUBECONFIG=%s\n", relative(repo, p.Kubeconfig()))
	if paused.Fault != "" {
		fmt.Fprintf(out, "The fault %s is still in place. To remove it and what else the check left:\n  make heal\n", visible.Line(paused.Fault))
	} else {
		fmt.Fprintln(out, "A fault that the check had injected was removed before it was judged. To remove what else the check left:\n  make heal")
	}
	if id := strings.Join(paused.IDs, " || "); id != "" {
		fmt.Fprintf(out, "To run the check again:\n  bin/assay test --labels '%s'\n", id)
	}
	fmt.Fprintln(out, "To go on with everything:\n  make heal && make e2e-kind")
	return errRed
}

// publish builds the report of a run, writes it and prints its summary, and what CI
// reads where there is one.
func publish(out io.Writer, repo string, r *run.Run, suites ...spec.Suite) error {
	built, err := report.Build(r, suites...)
	if err != nil {
		return err
	}
	dir := reportDir(repo, r)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := built.Write(dir); err != nil {
		return err
	}
	fmt.Fprintln(out, built.SummaryFor(columns.Width(out)))
	fmt.Fprintf(out, "report: %s\n", relative(repo, filepath.Join(dir, "report.html")))
	return errors.Join(verdictError(built), built.GitHub(out))
}

// reportDir is where the report of a run goes: into the run, unless the run came with
// the checkout, into which nothing is written.
func reportDir(repo string, r *run.Run) string {
	path, err := filepath.Abs(r.Path())
	if err == nil {
		below, err := filepath.Rel(repo, path)
		if err == nil && filepath.IsLocal(below) && !strings.HasPrefix(below, "artifacts"+string(filepath.Separator)) {
			return filepath.Join(repo, replayDir, r.ID)
		}
	}
	return r.Path()
}

// relative shortens a path for reading.
func relative(repo, path string) string {
	if short, err := filepath.Rel(repo, path); err == nil {
		return short
	}
	return path
}
