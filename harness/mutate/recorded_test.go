package mutate

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// unproven takes the proof from a fault.
func unproven() mutants.Mutant {
	return mutants.Mutant{
		ID: "fault.broker-pod-kill-unproven", Requirement: "fault.broker-pod-kill", What: "Nobody sees the fault.", Message: "not proven",
		Apply: []mutants.Step{{Recording: &mutants.Recording{Experiment: "broker-pod-kill", Inject: "unproven-fault"}}},
	}
}

// recordedEngine has one saved run, and a check that is red unless a fault is proven.
func recordedEngine(t *testing.T) (engine Engine, source string) {
	t.Helper()
	r, err := run.Create(t.TempDir(), run.Run{ID: "saved", Started: time.Now(), Target: spec.Kind})
	if err != nil {
		t.Fatal(err)
	}
	h := &history.History{
		Header: history.Header{Version: history.Version, Run: "saved", Experiment: "broker-pod-kill", Base: time.Now()},
		Faults: []history.Fault{{Name: "broker-pod-kill", Proof: "another UID"}},
	}
	if err := h.Save(r.Path("history", "broker-pod-kill")); err != nil {
		t.Fatal(err)
	}
	return Engine{
		Spec: todo.Must(),
		Out:  io.Discard, ResultLog: filepath.Join(t.TempDir(), "results.jsonl"),
		Recordings: &Recordings{
			Scratch: t.TempDir(),
			Find:    func(string) (string, error) { return r.Path(), nil },
			Check: func(_ context.Context, dir string, suite spec.Suite, _ []string) ([]session.Check, error) {
				if dir == r.Path() || suite != spec.Chaos {
					t.Errorf("the checks of %s look at %s", suite, dir)
				}
				seen, err := history.Open(recordings.Dir(dir, "broker-pod-kill"))
				if err != nil {
					return nil, err
				}
				proven := seen.Faults[0].Proof != ""
				return []session.Check{{IDs: []string{"fault.broker-pod-kill"}, Red: !proven, Message: "not proven"}}, nil
			},
		},
	}, r.Path()
}

func TestRunChangesCopiesOfRecordings(t *testing.T) {
	engine, source := recordedEngine(t)
	results, err := engine.Run(t.Context(), []mutants.Mutant{unproven()}, false)
	if err != nil || Count(results, Killed) != 1 {
		t.Fatalf("%+v, %v", results, err)
	}
	if seen, err := history.Open(recordings.Dir(source, "broker-pod-kill")); err != nil || seen.Faults[0].Proof == "" {
		t.Errorf("the recording itself was changed: %+v, %v", seen, err)
	}
}

func TestRunWithoutARecording(t *testing.T) {
	engine, _ := recordedEngine(t)
	engine.Recordings.Find = func(string) (string, error) { return "", errors.New("no run holds it") }
	results, err := engine.Run(t.Context(), []mutants.Mutant{unproven()}, false)
	if err != nil || Count(results, Failed) != 1 || !strings.Contains(results[0].Text, "no run holds it") {
		t.Errorf("%+v, %v", results, err)
	}
	engine.Recordings.Find = func(string) (string, error) {
		return "", &UnsupportedError{Capability: "network-delay", Reason: "no netem"}
	}
	results, err = engine.Run(t.Context(), []mutants.Mutant{unproven()}, false)
	if err != nil || Count(results, Skipped) != 1 || !strings.Contains(results[0].Text, "no netem") {
		t.Errorf("%+v, %v", results, err)
	}
}

func TestRunNoticesThatARecordingChanged(t *testing.T) {
	engine, source := recordedEngine(t)
	check := engine.Recordings.Check
	engine.Recordings.Check = func(ctx context.Context, dir string, suite spec.Suite, ids []string) ([]session.Check, error) {
		file := filepath.Join(recordings.Dir(source, "broker-pod-kill"), "verdict.json")
		return nil, errors.Join(os.WriteFile(file, []byte("{}"), 0o644), func() error { _, err := check(ctx, dir, suite, ids); return err }())
	}
	if _, err := engine.Run(t.Context(), []mutants.Mutant{unproven()}, false); err == nil || !strings.Contains(err.Error(), "has changed") {
		t.Errorf("%v", err)
	}
}
