package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
	"assay.dev/assay/suites/chaos"
	"assay.dev/assay/suites/quotas"
)

// write writes a file of waivers of one requirement.
func write(t *testing.T, id string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "waivers.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, "waivers:\n- {requirement: %s, reason: ordered, owner: storage team, expires: 2027-01-31}\n", id), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestExceptionsAreOptions: a field goes before the variable that it names. A suite that
// another process has started leaves both to it: its working directory is another one.
func TestExceptionsAreOptions(t *testing.T) {
	t.Setenv(run.HolderEnv, "")
	t.Setenv(run.WaiversEnv, write(t, "kafka.zookeeper"))
	for want, options := range map[string]Options{
		"kafka.brokers []":         {Waivers: write(t, "kafka.brokers")},
		"kafka.zookeeper [stress]": {AcceptSkips: []string{"stress"}},
	} {
		options.Spec = todo.FS
		s, err := options.settings(quotas.Suite)
		if err != nil || s.Exceptions.Waivers == nil {
			t.Errorf("%s: %+v, %v", want, s.Exceptions, err)
			continue
		}
		if got := fmt.Sprint(s.Exceptions.Waivers.Entries[0].Requirement, " ", s.Exceptions.AcceptSkips); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	t.Setenv(run.WaiversEnv, "of-another-directory.yaml")
	t.Setenv(run.HolderEnv, "1")
	if s, err := (Options{Spec: todo.FS}).settings(quotas.Suite); err != nil || s.Exceptions.Waivers != nil {
		t.Errorf("in a process that another one has started: %+v, %v", s.Exceptions, err)
	}
}

// TestWaivedIsAResult reads a run whose only red requirement is waived.
func TestWaivedIsAResult(t *testing.T) {
	r, err := fixture.Inconclusive(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w, err := run.ReadWaivers(write(t, "fault.broker-pod-kill"), todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	suite := expect.Suite(spec.Chaos, &spec.Timeouts{})
	suite.Run, suite.Spec = r, todo.Must()
	var without, with Report
	without.judged(suite, expect.Settings{})
	with.judged(suite, expect.Settings{Exceptions: run.Exceptions{Waivers: w}})
	if without.Verdict != Undecided || with.Verdict != Green || with.Err != nil {
		t.Errorf("without %s, with %s, %v", without.Verdict, with.Verdict, with.Err)
	}
	found := false
	for _, one := range with.Requirements {
		if found = found || one.ID == "fault.broker-pod-kill"; one.ID == "fault.broker-pod-kill" &&
			(one.Result != Waived || one.Waiver != "inconclusive, waived until 2027-01-31 by storage team: ordered" || one.Reason == "") {
			t.Errorf("%+v", one)
		} else if one.ID != "fault.broker-pod-kill" && one.Waiver != "" {
			t.Errorf("%+v", one)
		}
	}
	if !found {
		t.Error("the waived requirement is not in the report")
	}
}

// TestAcceptedSkipsAreGreen reads a run in which the cluster lacks capabilities.
func TestAcceptedSkipsAreGreen(t *testing.T) {
	r, err := fixture.Skipped(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	suite := expect.Suite(spec.Chaos, &spec.Timeouts{})
	suite.Run, suite.Spec = r, todo.Must()
	skips := []spec.Capability{"network-corrupt", "network-delay", "network-loss", "stress"}
	var some, all Report
	some.judged(suite, expect.Settings{Exceptions: run.Exceptions{AcceptSkips: skips[1:]}})
	all.judged(suite, expect.Settings{Exceptions: run.Exceptions{AcceptSkips: skips}})
	if some.Verdict != Undecided || all.Verdict != Green {
		t.Errorf("verdicts %s and %s", some.Verdict, all.Verdict)
	}
	content, err := json.Marshal(all.Requirements)
	if err != nil || strings.Count(string(content), `"Result":"skipped"`) < 5 {
		t.Errorf("they are not skipped any more (%v)", err)
	}
	if _, err := (Options{AcceptSkips: []string{""}}).settings(chaos.Suite); err == nil {
		t.Error("a capability without a name is taken")
	}
}
