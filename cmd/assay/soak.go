package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/lease"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runner/soak"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

// soakCommand repeats suites and says how often which check is red.
func soakCommand() *cobra.Command {
	filter := session.Filter{}
	var suites []string
	runs, fresh := 0, false
	command := &cobra.Command{
		Use: "soak", Short: "Repeat suites without retries on the platform that is up, and report how often each check is red", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if runs < 1 {
				return refuse("--runs %d: repeat once at least", runs)
			}
			some, err := chosen(suites)
			if err != nil {
				return err
			}
			specified, err := source.Open("")
			if err != nil {
				return err
			}
			filter, some, err := resolve(specified, filter, some, len(suites) > 0)
			if err != nil {
				return err
			}
			return soakSuites(command.Context(), some, filter, runs, fresh)
		},
	}
	command.Flags().IntVar(&runs, "runs", 10, "number of repetitions, including those of an interrupted soak")
	command.Flags().StringArrayVar(&suites, "suite", nil, "repeat this suite; may be given more than once; all if none is named")
	command.Flags().BoolVar(&fresh, "fresh", false, "discard the repetitions of an earlier soak")
	filterFlags(command, &filter, "")
	complete(command, "suite", suiteNames)
	return command
}

// soakSuites repeats suites and keeps what they came to in artifacts/soak.
func soakSuites(ctx context.Context, suites []spec.Suite, filter session.Filter, runs int, fresh bool) error {
	p, err := open()
	if err != nil {
		return err
	}
	s, err := newSession()
	if err != nil {
		return err
	}
	if err := s.Compile(ctx); err != nil {
		return err
	}
	root := filepath.Join(s.Dir, "artifacts", "soak")
	repeated := soak.Soak{ResultLog: filepath.Join(root, "repetitions.jsonl"), Out: os.Stdout}
	if fresh {
		if err := os.Remove(repeated.ResultLog); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("discard the earlier repetitions: %w", err)
		}
	}
	cluster, err := p.Connect(ctx)
	if err != nil {
		return err
	}
	return exclusively(ctx, p, cluster, func(ctx context.Context, lock *lease.Lock) error {
		return soakRuns(ctx, p, s, lock, repeated, root, suites, filter, runs)
	})
}

// soakRuns repeats suites in runs of their own.
func soakRuns(ctx context.Context, p *platform.Platform, s session.Session, lock *lease.Lock, repeated soak.Soak, root string, suites []spec.Suite, filter session.Filter, runs int) error {
	first, err := startRun(ctx, p, lock)
	if err != nil {
		return err
	}
	repeated.Of = describe(first, suites, filter)
	fmt.Println("repeating", repeated.Of)
	var last *run.Run
	repeated.Once = func(ctx context.Context) (soak.Repetition, error) {
		r := first
		if first = nil; r == nil {
			if r, err = startRun(ctx, p, lock); err != nil {
				return soak.Repetition{}, err
			}
		}
		done, err := repeat(ctx, s, r, suites, filter)
		if err == nil {
			last = r
		}
		return done, err
	}
	result, err := repeated.Repeat(ctx, runs)
	if result == nil {
		return err
	}
	fmt.Print(result)
	if saveErr := saveSoak(root, last, result); saveErr != nil {
		return errors.Join(err, saveErr)
	}
	var shown error
	if last != nil {
		shown = publish(os.Stdout, s.Dir, last, suites...)
	}
	return soakError(err, shown, result.Overall.Red)
}

// soakError is the verdict of repetitions: red if one was, else that of the last. What
// broke off the repetitions comes first.
func soakError(broken, last error, red int) error {
	switch {
	case broken != nil || last != nil && !judged(last):
		return errors.Join(broken, last)
	case red > 0:
		return errRed
	}
	return last
}

// startRun makes a run of its own.
func startRun(ctx context.Context, p *platform.Platform, lock *lease.Lock) (*run.Run, error) {
	cluster, err := p.Connect(ctx)
	if err != nil {
		return nil, err
	}
	r, err := p.StartRun(ctx, cluster, strings.Join(os.Args, " "))
	if err != nil {
		return nil, err
	}
	return r, lock.SetRun(r.ID)
}

// describe says what is repeated on what.
func describe(r *run.Run, suites []spec.Suite, filter session.Filter) string {
	var names []string
	for _, suite := range suites {
		names = append(names, string(suite))
	}
	text := strings.Join(names, ", ")
	if filter.Focus != "" {
		text += fmt.Sprintf(" focused on %q", filter.Focus)
	}
	if filter.Labels != "" {
		text += fmt.Sprintf(" labelled %q", filter.Labels)
	}
	return fmt.Sprintf("%s at commit %s on %s with %s images, cluster %s", text, r.Commit, r.Target, r.Images, r.ClusterUID)
}

// repeat runs the suites once. What they print goes to a file of the run.
func repeat(ctx context.Context, s session.Session, r *run.Run, suites []spec.Suite, filter session.Filter) (soak.Repetition, error) {
	done := soak.Repetition{Run: r.ID, Started: time.Now()}
	log, err := os.Create(r.Path("soak.log"))
	if err != nil {
		return done, err
	}
	defer func() { _ = log.Close() }()
	for _, suite := range suites {
		result, err := s.Run(ctx, r, suite, filter, log)
		if err != nil {
			return done, err
		}
		checks, err := s.Ended(r, suite)
		if err != nil { // a suite that could not start is red, too
			checks = []session.Check{{Name: "suite " + string(suite), Red: true, Message: err.Error()}}
		}
		red := false
		for _, check := range checks {
			red = red || check.Red
			if !check.Skipped {
				done.Checks = append(done.Checks, soak.Check{Name: check.Name, IDs: check.IDs, Red: check.Red, Message: check.Message})
			}
		}
		if !result.Passed && !red {
			done.Checks = append(done.Checks, soak.Check{Name: "suite " + string(suite), Red: true, Message: "the suite failed beside its checks, see " + log.Name()})
		}
	}
	done.Took = time.Since(done.Started)
	return done, nil
}

// saveSoak writes the figures as JSON, also to the last repetition of this call,
// whose report shows them.
func saveSoak(root string, last *run.Run, result *soak.Result) error {
	content, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	files := []string{filepath.Join(root, "soak.json")}
	if last != nil {
		files = append(files, last.Path("soak.json"))
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	fmt.Println("figures:", files[0])
	for _, file := range files {
		if err := os.WriteFile(file, append(content, '\n'), 0o644); err != nil {
			return err
		}
	}
	return nil
}
