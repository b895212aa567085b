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

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/mutate"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/run"
	recorded "assay.dev/assay/harness/saved"
	"assay.dev/assay/harness/session"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

// The experiments that are not named for a fault, and the checks that record them.
var experiments = map[string]struct {
	suite  spec.Suite
	labels string
}{
	"eventing":             {spec.Eventing, "/^EVT-/"},
	"retention":            {spec.Eventing, "FLW-016"},
	"deployment-lifecycle": {spec.Chaos, "/^LFC-/"},
}

// onRecordings lets the engine change copies of saved runs. What no run holds yet
// is recorded first, on the platform that is up.
func onRecordings(ctx context.Context, s session.Session, root string, list []mutants.Mutant, engine *mutate.Engine) error {
	if err := s.Compile(ctx, []spec.Suite{spec.Eventing, spec.Chaos}); err != nil {
		return err
	}
	runs := filepath.Join(s.Repo, platform.RunsDir)
	if err := recordMissing(ctx, s, runs, list); err != nil {
		return err
	}
	engine.Recordings = &mutate.Recordings{
		Find:    func(experiment string) (string, error) { return findRecording(runs, experiment) },
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
		var lacking *mutate.Lacking
		if _, err := findRecording(runs, name); err == nil || errors.As(err, &lacking) {
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
		fmt.Println("no run holds all experiments that are to be changed, and they cannot be recorded now:", err)
		return nil
	}
	r, err := p.Begin(ctx, cluster, strings.Join(os.Args, " "))
	if err != nil {
		return err
	}
	fmt.Printf("recording what no run holds yet, in %s\n", relative(s.Repo, r.Path()))
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
// experiment which was judged to pass.
func findRecording(runs, experiment string) (string, error) {
	entries, err := os.ReadDir(runs)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("find a recording of %s: %w", experiment, err)
	}
	capability := spec.Capability("")
	if _, other := experiments[experiment]; !other {
		capability = spec.Current().Fault(experiment).Capability
	}
	var lacking error
	for _, entry := range slices.Backward(entries) {
		r, err := run.Open(filepath.Join(runs, entry.Name()))
		if err != nil || r.Revision != spec.Current().Specification.Feature {
			continue
		}
		if whole(r.Path(), experiment) {
			return r.Path(), nil
		}
		if reason, lacks := r.Lacks[capability]; lacks && capability != "" && lacking == nil {
			lacking = &mutate.Lacking{Capability: capability, Reason: reason}
		}
	}
	if lacking != nil {
		return "", lacking
	}
	return "", fmt.Errorf("no run holds the experiment %s, judged to pass", experiment)
}

// whole says whether a run holds an experiment with everything that is judged, and
// it passed.
func whole(dir, experiment string) bool {
	at := recorded.Dir(dir, experiment)
	if at == "" {
		return false
	}
	if _, ours := experiments[experiment]; ours && experiment != "retention" {
		if _, err := os.Stat(filepath.Join(at, recorded.SeenFile)); err != nil {
			return false // it was recorded before that was kept
		}
	}
	content, err := os.ReadFile(filepath.Join(at, judge.VerdictFile))
	if errors.Is(err, os.ErrNotExist) {
		return experiment == "retention" // its check judges it without a judge
	}
	var verdict judge.Verdict
	return err == nil && json.Unmarshal(content, &verdict) == nil && verdict.Result == judge.Pass
}
