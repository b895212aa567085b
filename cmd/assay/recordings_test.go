package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/mutate"
	recorded "assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// record makes a run that holds an experiment, whose check of a requirement ended in
// a state.
func record(t *testing.T, runs, id, experiment, requirement string, state types.SpecState, seen bool) *run.Run {
	t.Helper()
	r, err := run.Create(runs, run.Run{ID: id, Started: time.Now(), Revision: todo.Must().Specification.Feature})
	if err != nil {
		t.Fatal(err)
	}
	if experiment == "" {
		return r
	}
	dir := r.Path(recorded.Histories, experiment)
	if err := (&history.History{Header: history.Header{Version: history.Version, Run: id, Experiment: experiment}}).Save(dir); err != nil {
		t.Fatal(err)
	}
	content, err := json.Marshal(types.Report{SpecReports: types.SpecReports{{
		LeafNodeType: types.NodeTypeIt, LeafNodeLabels: []string{requirement}, State: state, Failure: types.Failure{Message: "why"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	file := r.Path("ginkgo", string(todo.Must().Requirement(requirement).Suite)+".json")
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	if seen {
		if err := recorded.Save(dir, nil, map[string]any{}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestFindRecording(t *testing.T) {
	runs := t.TempDir()
	want := func(experiment, id, trouble string) {
		t.Helper()
		dir, err := findRecording(todo.Must(), runs, experiment)
		switch {
		case id != "" && (err != nil || filepath.Base(dir) != id):
			t.Errorf("%s is found in %q, want %s: %v", experiment, dir, id, err)
		case id == "" && (err == nil || !strings.Contains(err.Error(), trouble)):
			t.Errorf("%s is found in %q, %v", experiment, dir, err)
		}
	}
	want("eventing", "", "no run has")
	record(t, runs, "1", "eventing", "event.task-event.specversion", types.SpecStatePassed, true)
	record(t, runs, "2", "eventing", "event.task-event.specversion", types.SpecStatePassed, true)
	record(t, runs, "3", "eventing", "event.task-event.specversion", types.SpecStateFailed, true)
	record(t, runs, "3a", "eventing", "flow.retained", types.SpecStatePassed, true) // nobody judged it
	record(t, runs, "3b", "eventing", "event.task-event.specversion", types.SpecStateSkipped, true)
	record(t, runs, "4", "eventing", "event.task-event.specversion", types.SpecStatePassed, false) // of a version that kept less
	want("eventing", "2", "")
	other := record(t, runs, "5", "eventing", "event.task-event.specversion", types.SpecStatePassed, true)
	other.Revision = "of another specification"
	if err := other.Save(); err != nil {
		t.Fatal(err)
	}
	want("eventing", "2", "")
	record(t, runs, "6", "broker-pod-kill", "fault.broker-pod-kill", types.SpecStatePassed, false) // a history is enough
	want("broker-pod-kill", "6", "")
	want("network-delay", "", "no run has")
	without := record(t, runs, "7", "", "", types.SpecStateInvalid, false)
	without.Unsupported = map[spec.Capability]string{"network-delay": "no netem"}
	if err := without.Save(); err != nil {
		t.Fatal(err)
	}
	var unsupported *mutate.UnsupportedError
	if _, err := findRecording(todo.Must(), runs, "network-delay"); !errors.As(err, &unsupported) || unsupported.Reason != "no netem" {
		t.Errorf("%v", err)
	}
	if err := os.RemoveAll(runs); err != nil {
		t.Fatal(err)
	}
	want("eventing", "", "no run has")
}
