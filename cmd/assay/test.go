package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/run"
	"assay.dev/assay/harness/session"
	"assay.dev/assay/spec"
)

// everyday leaves out what takes long: checks that wait for hours of a platform's
// life, and all faults but the core set.
const everyday = "!slow && (!chaos || core)"

// e2eCommand is the main job: deploy everything, judge it, report.
func e2eCommand() *cobra.Command {
	filter := session.Filter{}
	command := &cobra.Command{
		Use: "e2e", Short: "Bring the platform up on kind, judge it by all suites, report", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			p, err := open()
			if err != nil {
				return err
			}
			s, err := newSession()
			if err != nil {
				return err
			}
			// Suites compile while the cluster starts.
			group, ctx := errgroup.WithContext(command.Context())
			group.Go(func() error { return p.Up(ctx) })
			group.Go(func() error { return s.Compile(ctx, session.Suites()) })
			if err := group.Wait(); err != nil {
				return err
			}
			return judgePlatform(command.Context(), p, s, session.Suites(), filter)
		},
	}
	filterFlags(command, &filter, everyday)
	return command
}

// testCommand judges a platform that is up.
func testCommand() *cobra.Command {
	filter := session.Filter{}
	command := &cobra.Command{
		Use: "test [SUITE ...]", Short: "Judge the platform that is up by some suites, all if none is named, and report",
		RunE: func(command *cobra.Command, args []string) error {
			suites, err := chosen(args)
			if err != nil {
				return err
			}
			p, err := open()
			if err != nil {
				return err
			}
			s, err := newSession()
			if err != nil {
				return err
			}
			if err := s.Compile(command.Context(), suites); err != nil {
				return err
			}
			return judgePlatform(command.Context(), p, s, suites, filter)
		},
	}
	filterFlags(command, &filter, "")
	return command
}

func filterFlags(command *cobra.Command, filter *session.Filter, labels string) {
	command.Flags().StringVar(&filter.Focus, "focus", "", "run only checks whose name matches this regular expression, e.g. KFK-007")
	command.Flags().StringVar(&filter.Labels, "labels", labels, "run only checks whose labels match this expression, e.g. 'MUST && !slow'")
}

func newSession() (session.Session, error) {
	repo, err := repository()
	return session.Session{Repo: repo, Log: filepath.Join(repo, "artifacts", "platform", "logs", "compile suites.log")}, err
}

// chosen returns the named suites in the order in which suites run.
func chosen(names []string) ([]spec.Suite, error) {
	all := session.Suites()
	if len(names) == 0 {
		return all, nil
	}
	for _, name := range names {
		if !slices.Contains(all, spec.Suite(name)) {
			return nil, fmt.Errorf("there is no suite %q; name some of %v", name, all)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(suite spec.Suite) bool {
		return !slices.Contains(names, string(suite))
	}), nil
}

// judgePlatform runs suites as one run, and reports whatever came of it.
func judgePlatform(ctx context.Context, p *platform.Platform, s session.Session, suites []spec.Suite, filter session.Filter) error {
	cluster, err := p.Connect(ctx)
	if err != nil {
		return err
	}
	r, err := p.Begin(ctx, cluster, strings.Join(os.Args, " "))
	if err != nil {
		return err
	}
	fmt.Printf("run %s, kept in %s\n", r.ID, relative(s.Repo, r.Path()))
	var stopped error
	for _, suite := range suites {
		outcome, err := s.Run(ctx, r, suite, filter, os.Stdout)
		if err != nil {
			stopped = err
			break
		}
		fmt.Printf("suite %s ended after %s\n", suite, outcome.Took.Round(100*time.Millisecond))
	}
	if stopped == nil && slices.Contains(suites, spec.Provisioning) {
		_, stopped = s.RunCloud(ctx, r, os.Stdout)
	}
	if r, err = run.Open(r.Path()); err != nil { // the suites have told it what the target lacks
		return err
	}
	err = publish(s.Repo, r, suites...)
	if stopped != nil {
		return stopped
	}
	if len(suites) == len(session.Suites()) { // a whole judgement, for people to look at
		err = errors.Join(err, s.Look(ctx, r, os.Stdout))
	}
	return err
}

// publish builds the report of a run, writes it and prints its summary.
func publish(repo string, r *run.Run, suites ...spec.Suite) error {
	built, err := report.Build(r, suites...)
	if err != nil {
		return err
	}
	if err := built.Write(r.Path()); err != nil {
		return err
	}
	fmt.Println(built.Summary())
	fmt.Printf("report: %s\n", relative(repo, r.Path("report.html")))
	if !built.Green() {
		return errRed
	}
	return nil
}

// relative shortens a path for reading.
func relative(repo, path string) string {
	if short, err := filepath.Rel(repo, path); err == nil {
		return short
	}
	return path
}
