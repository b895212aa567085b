package recordings_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/runs/recordings"
)

type seen struct {
	Answers []int `json:"answers"`
}

func TestWhatIsKeptIsReadBack(t *testing.T) {
	dir := t.TempDir()
	captures := []observe.Capture{
		{Record: history.Record{Topic: "orders", Offset: 1}, Raw: []byte("no \xff text"), Headers: map[string]string{"a": "b"}},
		{Record: history.Record{Topic: "orders", Offset: 2}},
	}
	if err := recordings.Save(dir, captures, seen{[]int{1, 2}}); err != nil {
		t.Fatal(err)
	}
	var read seen
	got, err := recordings.Open(dir, &read)
	if err != nil || !reflect.DeepEqual(got, captures) || !reflect.DeepEqual(read, seen{[]int{1, 2}}) {
		t.Errorf("%+v %+v %v", got, read, err)
	}
}

func TestWhatIsUnknownIsRefused(t *testing.T) {
	dir := t.TempDir()
	if _, err := recordings.Open(dir, &seen{}); err == nil {
		t.Error("nothing was kept, and read")
	}
	if err := recordings.Save(dir, nil, map[string]any{"answers": []int{}, "guesses": 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := recordings.Open(dir, &seen{}); err == nil || !strings.Contains(err.Error(), "guesses") {
		t.Errorf("%v", err)
	}
	if err := recordings.Save(dir, nil, seen{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, recordings.CapturesFile), []byte(`{"topic":"x"`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := recordings.Open(dir, &seen{}); err == nil || !strings.Contains(err.Error(), "capture 1") {
		t.Errorf("a capture that was cut short: %v", err)
	}
}

func TestDir(t *testing.T) {
	run := t.TempDir()
	if recordings.Has(run, "retention") {
		t.Error("an empty run holds an experiment")
	}
	diagnostics := filepath.Join(run, recordings.Diagnostics, "retention")
	if err := (&history.History{}).Save(diagnostics); err != nil {
		t.Fatal(err)
	}
	if got := recordings.Dir(run, "retention"); got != diagnostics {
		t.Errorf("it is in %q", got)
	}
	if err := os.MkdirAll(filepath.Join(run, recordings.Diagnostics, "flow.retained"), 0o755); err != nil {
		t.Fatal(err)
	}
	if recordings.Has(run, "flow.retained") {
		t.Error("diagnostics of a failure are no experiment")
	}
}

// TestFormerNamesAreTranslated reads what was kept beside a history of an older version.
func TestFormerNamesAreTranslated(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "old")
	if err := (&history.History{}).Save(dir); err != nil {
		t.Fatal(err)
	}
	requests := filepath.Join(dir, "requests.jsonl")
	content, err := os.ReadFile(requests)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(requests, []byte(strings.Replace(string(content), `"version":3`, `"version":2`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(recordings.SeenFile, `{"answers":[{"outcome":"accepted","task":"t","reminders":2,"begin":9007199254740993}]}`)
	write(recordings.CapturesFile, `{"topic":"x","id":"e","key":"k","task":"t","action":"create"}`)
	var read struct {
		Answers []history.Request `json:"answers"`
	}
	captures, err := recordings.Open(dir, &read)
	if err != nil {
		t.Fatal(err)
	}
	want := history.Request{Result: history.Accepted, Key: "t", Counts: map[string]int{"reminders": 2}, Start: 9007199254740993}
	if !reflect.DeepEqual(read.Answers, []history.Request{want}) {
		t.Errorf("%+v, want %+v", read.Answers, want)
	}
	if c := captures[0]; c.EventKey != "t" || c.Label != "create" || c.Key != "k" {
		t.Errorf("%+v", c.Record)
	}
}
