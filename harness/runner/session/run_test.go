package session

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// played returns a session whose Ginkgo is a shell script, and a run.
func played(t *testing.T, script string) (Session, *run.Run) {
	t.Helper()
	repo := t.TempDir()
	for _, dir := range []string{"bin"} {
		if err := os.MkdirAll(filepath.Join(repo, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(repo, "bin/suites.test"), []byte("#!/bin/sh\necho \"$@\"\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	r, err := run.Create(filepath.Join(repo, "runs"), run.Run{Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return Session{Dir: repo, Spec: todo.Must()}, r
}

func TestOneLineForEachCheck(t *testing.T) {
	s, r := played(t, `
printf '%s\n' '{"kind":"suite","total":3}' > "$ASSAY_PROGRESS"
printf '%s\n' '{"kind":"started","name":"quota.todo-app.cpu-requests so much"}' > "$ASSAY_PROGRESS"
printf '%s\n' '{"kind":"ended","name":"quota.todo-app.cpu-requests so much","result":"pass","took":1500000000}' > "$ASSAY_PROGRESS"
printf '%s\n' '{"kind":"ended","name":"quota.todo-app.cpu-limits so \u001b[2J little","result":"fail","took":200000000,"message":"seen 3\n::error::injected"}' > "$ASSAY_PROGRESS"
echo 'a unrelated line of a library' >&2
exit 1
`)
	var out bytes.Buffer
	result, err := s.Run(t.Context(), r, spec.Quotas, Filter{Labels: "quota.todo-app.cpu-requests"}, &out)
	if err != nil || result.Passed {
		t.Fatalf("%+v, %v", result, err)
	}
	for _, want := range []string{"suite quotas: 3 checks", "[1/3] pass", "quota.todo-app.cpu-requests so much 1.5s, 2 left, about ", "[2/3] fail", "      seen 3\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "\x1b") || strings.Contains(out.String(), "unrelated") || strings.Contains(out.String(), " ::error") {
		t.Errorf("what is not ours is in\n%s", &out)
	}
	log, err := os.ReadFile(r.Path("ginkgo", "quotas.log"))
	if err != nil || !strings.Contains(string(log), "unrelated line") || !strings.Contains(string(log), "--label-filter=quota.todo-app.cpu-requests") {
		t.Errorf("the log is %s, %v", log, err)
	}
	if strings.Contains(string(log), "poll-progress") {
		t.Error("a check that takes long leaves a dump of all goroutines")
	}
}

func TestASuiteThatFailsBesideItsChecksSaysWhy(t *testing.T) {
	s, r := played(t, "echo 'no platform is up'; exit 1")
	var out bytes.Buffer
	if result, err := s.Run(t.Context(), r, spec.Quotas, Filter{}, &out); err != nil || result.Passed {
		t.Fatalf("%+v, %v", result, err)
	}
	if !strings.Contains(out.String(), "no platform is up") {
		t.Error(&out)
	}
}

// TestHoldKillsBeforeAnythingIsCleanedUp wants the suite ended at its first failure.
func TestHoldKillsBeforeAnythingIsCleanedUp(t *testing.T) {
	s, r := played(t, `
printf '%s\n' '{"kind":"suite","total":2}' > "$ASSAY_PROGRESS"
printf '%s\n' '{"kind":"held","name":"quota.todo-app.cpu-requests so much","ids":["quota.todo-app.cpu-requests"],"result":"fail","message":"seen 3"}' > "$ASSAY_PROGRESS"
trap 'touch cleaned' TERM INT EXIT
n=0; while [ $n -lt 200 ]; do sleep 0.05; n=$((n+1)); done
`)
	s.Hold = true
	var out bytes.Buffer
	result, err := s.Run(t.Context(), r, spec.Quotas, Filter{}, &out)
	if err != nil || result.Paused == nil || result.Paused.IDs[0] != "quota.todo-app.cpu-requests" {
		t.Fatalf("%+v, %v", result, err)
	}
	if _, err := os.Stat(filepath.Join(s.Dir, "cleaned")); err == nil {
		t.Error("the suite has cleaned up")
	}
	log, err := os.ReadFile(r.Path("ginkgo", "quotas.log"))
	if err != nil || !strings.Contains(string(log), "--fail-fast") {
		t.Errorf("%s, %v", log, err)
	}
}
