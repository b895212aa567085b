package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/mutate"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/lease"
	"assay.dev/assay/harness/runner/session"
	recorded "assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

// experiments are those that are not named for a fault: the suite and the labels of
// the checks that record them, and which checks judge them.
var experiments = map[string]struct {
	suite  spec.Suite
	labels string
	judged func(id string) bool
}{
	"eventing":             {spec.Eventing, "/^event\\./", func(id string) bool { return id != retained }},
	"retention":            {spec.Eventing, retained, func(id string) bool { return id == retained }},
	"deployment-lifecycle": {spec.Chaos, "/^lifecycle\\./", func(id string) bool { return strings.HasPrefix(id, "lifecycle.") }},
}

// retained is the requirement whose check records by itself.
const retained = "flow.retained"

// onRecordings lets the engine change copies of saved runs. What no run holds yet
// is recorded first, on the platform that is up.
func onRecordings(ctx context.Context, s session.Session, root string, list []mutants.Mutant, engine *mutate.Engine) error {
	if err := s.Compile(ctx); err != nil {
		return err
	}
	runs := filepath.Join(s.Dir, platform.RunsDir)
	if err := recordMissing(ctx, s, runs, list); err != nil {
		return err
	}
	engine.Recordings = &mutate.Recordings{
		Find:    func(experiment string) (string, error) { return findRecording(s.Spec, runs, experiment) },
		Check:   s.OnlyRecorded,
		Scratch: filepath.Join(root, "recordings"),
	}
	return nil
}

// recordMissing records the experiments that mutants change and no run holds.
func recordMissing(ctx context.Context, s session.Session, runs string, list []mutants.Mutant) error {
	labels := map[spec.Suite][]string{}
	for _, m := range list {
		name := m.Experiment()
		if name == "" {
			continue
		}
		var unsupported *mutate.UnsupportedError
		if _, err := findRecording(s.Spec, runs, name); err == nil || errors.As(err, &unsupported) {
			continue
		}
		suite, label := spec.Chaos, name
		if known, ok := experiments[name]; ok {
			suite, label = known.suite, known.labels
		}
		if !slices.Contains(labels[suite], label) {
			labels[suite] = append(labels[suite], label)
		}
	}
	if len(labels) == 0 {
		return nil
	}
	p, err := open()
	if err != nil {
		return err
	}
	cluster, err := p.Connect(ctx)
	if err != nil { // the mutants that find no recording say so
		fmt.Println("no run has all experiments that are to be changed, and they cannot be recorded now:", err)
		return nil
	}
	return exclusively(ctx, p, cluster, func(ctx context.Context, lock *lease.Lock) error {
		return recordExperiments(ctx, p, s, cluster, lock, labels)
	})
}

// recordExperiments runs the experiments that these labels select, by suite.
func recordExperiments(ctx context.Context, p *platform.Platform, s session.Session, cluster *kube.Cluster, lock *lease.Lock, labels map[spec.Suite][]string) error {
	r, err := p.StartRun(ctx, cluster, strings.Join(os.Args, " "))
	if err != nil {
		return err
	}
	if err := lock.SetRun(r.ID); err != nil {
		return err
	}
	fmt.Printf("recording the experiments that no run has yet, in %s\n", relative(s.Dir, r.Path()))
	for _, suite := range session.Suites() {
		if len(labels[suite]) == 0 {
			continue
		}
		// What goes wrong is told by the mutants that find no recording.
		if _, err := s.Run(ctx, r, suite, session.Filter{Labels: strings.Join(labels[suite], " || ")}, os.Stdout); err != nil {
			return err
		}
	}
	return nil
}

// findRecording returns the newest run by the present specification that holds an
// experiment whose checks were green.
func findRecording(s *spec.Spec, runs, experiment string) (string, error) {
	entries, err := os.ReadDir(runs)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("find a recording of %s: %w", experiment, err)
	}
	capability := spec.Capability("")
	if _, other := experiments[experiment]; !other {
		capability = s.Fault(experiment).Capability
	}
	var unsupported error
	for _, entry := range slices.Backward(entries) {
		r, err := run.Open(filepath.Join(runs, entry.Name()))
		if err != nil || r.Revision != s.Specification.Feature {
			continue
		}
		if recordedCompletely(s, r, experiment) {
			return r.Path(), nil
		}
		if reason, without := r.Unsupported[capability]; without && capability != "" && unsupported == nil {
			unsupported = &mutate.UnsupportedError{Capability: capability, Reason: reason}
		}
	}
	if unsupported != nil {
		return "", unsupported
	}
	return "", fmt.Errorf("no run has the experiment %s with green checks", experiment)
}

// recordedCompletely reports whether a run holds an experiment with everything that is judged, and
// all checks that judge it were green.
func recordedCompletely(s *spec.Spec, r *run.Run, experiment string) bool {
	at := recorded.Dir(r.Path(), experiment)
	if at == "" {
		return false
	}
	suite, judged := spec.Chaos, func(id string) bool { return id == s.Fault(experiment).Requirement }
	if known, ours := experiments[experiment]; ours {
		suite, judged = known.suite, known.judged
		if _, err := os.Stat(filepath.Join(at, recorded.SeenFile)); err != nil && experiment != "retention" {
			return false // it was recorded before that was kept
		}
	}
	checks, err := session.Session{}.Ended(r, suite)
	if err != nil {
		return false
	}
	green := 0
	for _, check := range checks {
		switch {
		case !slices.ContainsFunc(check.IDs, judged):
		case check.Red || check.Skipped:
			return false
		default:
			green++
		}
	}
	return green > 0
}
