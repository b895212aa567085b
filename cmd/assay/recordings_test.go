package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/mutate"
	"assay.dev/assay/harness/run"
	recorded "assay.dev/assay/harness/saved"
	"assay.dev/assay/spec"
)

// record makes a run that holds an experiment with a verdict.
func record(t *testing.T, runs, id, experiment string, result judge.Result, seen bool) *run.Run {
	t.Helper()
	r, err := run.Create(runs, run.Run{ID: id, Begun: time.Now(), Revision: spec.Current().Specification.Feature})
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
	if err := judge.KeepVerdict(dir, &judge.Verdict{Result: result}); err != nil {
		t.Fatal(err)
	}
	if seen {
		if err := recorded.Keep(dir, nil, map[string]any{}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestFindRecording(t *testing.T) {
	runs := t.TempDir()
	want := func(experiment, id, trouble string) {
		t.Helper()
		dir, err := findRecording(runs, experiment)
		switch {
		case id != "" && (err != nil || filepath.Base(dir) != id):
			t.Errorf("%s is found in %q, want %s: %v", experiment, dir, id, err)
		case id == "" && (err == nil || !strings.Contains(err.Error(), trouble)):
			t.Errorf("%s is found in %q, %v", experiment, dir, err)
		}
	}
	want("eventing", "", "no run holds")
	record(t, runs, "1", "eventing", judge.Pass, true)
	record(t, runs, "2", "eventing", judge.Pass, true)
	record(t, runs, "3", "eventing", judge.Fail, true)  // red
	record(t, runs, "4", "eventing", judge.Pass, false) // of a version that kept less
	want("eventing", "2", "")
	other := record(t, runs, "5", "eventing", judge.Pass, true)
	other.Revision = "of another specification"
	if err := other.Save(); err != nil {
		t.Fatal(err)
	}
	want("eventing", "2", "")
	record(t, runs, "6", "broker-pod-kill", judge.Pass, false) // a history is enough
	want("broker-pod-kill", "6", "")
	want("network-delay", "", "no run holds")
	lacks := record(t, runs, "7", "", "", false)
	lacks.Lacks = map[spec.Capability]string{"network-delay": "no netem"}
	if err := lacks.Save(); err != nil {
		t.Fatal(err)
	}
	var lacking *mutate.Lacking
	if _, err := findRecording(runs, "network-delay"); !errors.As(err, &lacking) || lacking.Reason != "no netem" {
		t.Errorf("%v", err)
	}
	if err := os.RemoveAll(runs); err != nil {
		t.Fatal(err)
	}
	want("eventing", "", "no run holds")
}
