package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec/todo"
)

// waiversFile writes a file of waivers of some requirements.
func waiversFile(t *testing.T, expires string, ids ...string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("waivers:\n")
	for _, id := range ids {
		fmt.Fprintf(&b, "- {requirement: %s, reason: the publisher is being replaced, owner: todo team, expires: %s}\n", id, expires)
	}
	path := filepath.Join(t.TempDir(), "waivers.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestWrongExceptionsAreErrorsBeforeAnythingElse wants file, line and the nearest name from
// each command, before anything is compiled, connected or judged.
func TestWrongExceptionsAreErrorsBeforeAnythingElse(t *testing.T) {
	wrong := waiversFile(t, "2027-01-31", "kafka.brokrs")
	missing := filepath.Join(t.TempDir(), "none.yaml")
	for _, command := range []string{"test", "test quotas", "e2e", "e2e --quick", "report healthy", "replay healthy"} {
		for file, want := range map[string]string{wrong: `waivers.yaml:2: waivers[0].requirement: there is no requirement "kafka.brokrs"`, missing: "none.yaml: no such file"} {
			for _, byFlag := range []bool{true, false} {
				args := strings.Fields(command)
				if byFlag {
					t.Setenv(run.WaiversEnv, "")
					args = append(args, "--waivers", file)
				} else {
					t.Setenv(run.WaiversEnv, file)
				}
				start := time.Now()
				out, errs, code := assay(t, args...)
				if code != exitError || !strings.Contains(errs, want) || out != "" {
					t.Errorf("assay %v: exit code %d, %q, %q; want %q", args, code, errs, out, want)
				}
				if took := time.Since(start); took > 20*time.Second {
					t.Errorf("assay %v took %s: something was compiled", args, took)
				}
			}
		}
	}
	t.Setenv(run.WaiversEnv, "")
	for _, command := range []string{"test", "e2e"} {
		_, errs, code := assay(t, command, "--accept-skips", "stress,network-los")
		if code != exitError || !strings.Contains(errs, `there is no capability "network-los": did you mean "network-loss"?`) {
			t.Errorf("%s: exit code %d, %q", command, code, errs)
		}
	}
}

func TestExceptionsAreRead(t *testing.T) {
	t.Setenv(run.WaiversEnv, waiversFile(t, "2027-01-31", "kafka.zookeeper"))
	file := waiversFile(t, "2027-01-31", "kafka.brokers")
	e, err := exceptionFlags{waivers: file, skips: &[]string{"stress", " network-loss", "stress"}}.read(todo.Must())
	if err != nil || e.Waivers == nil || e.Waivers.Entries[0].Requirement != "kafka.brokers" || fmt.Sprint(e.AcceptSkips) != "[network-loss stress]" {
		t.Errorf("the flags are before the environment: %+v, %v", e, err)
	}
	for args, want := range map[string]string{"": "", "--accept-skips=": "names no capability", "--accept-skips=stress --accept-skips=io": ""} {
		var f exceptionFlags
		command := &cobra.Command{}
		exceptionsFlags(command, &f)
		if err := command.ParseFlags(strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.read(todo.Must()); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
	if e, err := (exceptionFlags{}).read(todo.Must()); err != nil || e.Waivers == nil || e.Waivers.Entries[0].Requirement != "kafka.zookeeper" {
		t.Errorf("by %s: %+v, %v", run.WaiversEnv, e, err)
	}
}

// TestAnExpiredWaiverIsAnnounced: who learns of it before the run starts can renew it.
func TestAnExpiredWaiverIsAnnounced(t *testing.T) {
	w, err := run.ReadWaivers(waiversFile(t, "2027-01-31", "kafka.brokers"), todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	var before, after bytes.Buffer
	printExpired(&before, 200, w, time.Date(2027, 1, 31, 23, 0, 0, 0, time.UTC))
	printExpired(&after, 200, w, time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC))
	printExpired(&before, 200, nil, time.Now())
	if before.Len() > 0 || !strings.Contains(after.String(), "waivers.yaml:2: the waiver of kafka.brokers has expired on 2027-01-31") {
		t.Errorf("before %q, after %q", &before, &after)
	}
}

// TestCapabilitiesAreCompleted completes the last of a list, too.
func TestCapabilitiesAreCompleted(t *testing.T) {
	for args, want := range map[string]string{
		"test --accept-skips str": "stress\n", "e2e --accept-skips network-l": "network-loss\n",
		"test --accept-skips stress,network-l": "stress,network-loss\n",
	} {
		out, _, _ := assay(t, append([]string{"__completeNoDesc"}, strings.Fields(args)...)...)
		if !strings.Contains(out, want) {
			t.Errorf("%q completes to\n%s", args, out)
		}
	}
	out, _, _ := assay(t, "__completeNoDesc", "test", "--accept-skips", "stress,st")
	if strings.Contains(out, "stress,stress\n") || !strings.Contains(out, "stress,stress-chaos\n") {
		t.Errorf("what is in the list already is completed:\n%s", out)
	}
}

// lostEvent is a copy of the recorded run in which an event is lost, and the requirements
// that this breaks.
func lostEvent(t *testing.T) (dir string, broken []string) {
	t.Helper()
	repo, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(repo, "docs/runs/lost-event"))); err != nil {
		t.Fatal(err)
	}
	return dir, []string{"event.update-task", "flow.accepted", "flow.ended"}
}

// TestReplayWaives judges the recorded run of 2026-11-25 with waivers: the day of the run
// decides whether they have expired, not today's.
func TestReplayWaives(t *testing.T) {
	t.Setenv(run.WaiversEnv, "")
	dir, broken := lostEvent(t)
	before, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	out, _, code := assay(t, "replay", dir, "--waivers", waiversFile(t, "2026-11-25", broken...))
	if code != exitGreen || !strings.Contains(out, "\nGREEN: 3 requirements waived; run ") || !strings.Contains(out, "~ flow.accepted: fail, waived until 2026-11-25 by todo team") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	expired := waiversFile(t, "2026-11-24", broken...)
	out, errs, code := assay(t, "replay", dir, "--waivers", expired)
	if code != exitRed || !strings.Contains(errs, "the run is red") || !strings.Contains(strings.Join(strings.Fields(out), " "), "waivers.yaml:2: the waiver of event.update-task has expired on 2026-11-24") {
		t.Errorf("exit code %d, %s\n%s", code, errs, out)
	}
	after, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if _, saved := os.Stat(filepath.Join(dir, "waivers.yaml")); err != nil || !bytes.Equal(before, after) || saved == nil {
		t.Error("a replay has changed the run")
	}
}

// TestAReportSaysTheSameAgainWithoutTheFile saves the waivers in the run whose report is
// written, and wants the same of report and replay without them.
func TestAReportSaysTheSameAgainWithoutTheFile(t *testing.T) {
	t.Setenv(run.WaiversEnv, "")
	dir, broken := lostEvent(t)
	if _, _, code := assay(t, "report", dir); code != exitRed {
		t.Fatalf("without waivers the exit code is %d", code)
	}
	file := waiversFile(t, "2026-12-31", broken...)
	out, _, code := assay(t, "report", dir, "--waivers", file)
	if code != exitInconclusive || !strings.Contains(out, "INCONCLUSIVE: 3 requirements waived; run ") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	t.Setenv(run.WaiversEnv, waiversFile(t, "2026-12-31", "kafka.brokers")) // the run has its own
	for _, args := range [][]string{{"report", dir}, {"report", dir, "--json"}, {"replay", dir}} {
		again, _, code := assay(t, args...)
		want := map[string]int{"report": exitInconclusive, "replay": exitGreen}[args[0]]
		if code != want || strings.Count(again, "waived until 2026-12-31 by todo team") != 3 && !strings.Contains(again, `"waived": 3`) {
			t.Errorf("assay %v: exit code %d\n%s", args, code, again)
		}
	}
}
