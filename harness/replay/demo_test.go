package replay

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// rebuilt replays the run in a directory and builds its report.
func rebuilt(t *testing.T, dir string) *report.Report {
	t.Helper()
	r, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := Run(dir)
	if err != nil {
		t.Fatal(err)
	}
	again := map[string]*judge.Verdict{}
	for _, v := range verdicts {
		again[v.Experiment] = v
	}
	out, err := report.BuildRecorded(r, again)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheHealthyDemoIsGreen(t *testing.T) {
	out := rebuilt(t, "../../docs/runs/healthy")
	if !out.Green() || !strings.Contains(out.Partial, "not recorded: ") {
		t.Errorf("%s, %q: %q", out.Verdict, out.Partial, out.Reasons)
	}
	for _, one := range out.Requirements {
		switch {
		case one.Result == report.NotRecorded && (one.Asked || one.Source != ""):
			t.Errorf("%s is not recorded and counts: %+v", one.ID, one)
		case one.Result == judge.Pass && one.Source == "":
			t.Errorf("%s does not say where its result comes from", one.ID)
		case one.ID == "flow.accepted" && (one.Result != judge.Pass || one.Source != report.SourceJudged):
			t.Errorf("flow.accepted is %s, %s", one.Result, one.Source)
		}
	}
}

func TestTheLostEventIsTheOnlyCause(t *testing.T) {
	out := rebuilt(t, "../../docs/runs/lost-event")
	if out.Verdict != report.Red || len(out.Causes) != 1 {
		t.Fatalf("%s for %q", out.Verdict, out.Reasons)
	}
	if cause := out.Causes[0]; len(cause.Requirements) < 2 || !strings.Contains(cause.Text, "lost 5641a40e") {
		t.Errorf("%+v", cause)
	}
}

// TestARecordedCheckIsShownAsSuch replays a run with reports of suites and verdicts
// without their histories.
func TestARecordedCheckIsShownAsSuch(t *testing.T) {
	r, err := fixture.Green(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	out := rebuilt(t, r.Path())
	for _, one := range out.Requirements {
		if one.ID == "kafka.brokers" && (one.Result != judge.Pass || one.Source != report.SourceRecorded) {
			t.Errorf("kafka.brokers is %s, %q", one.Result, one.Source)
		}
	}
}

// TestRecordDemo makes both demos from a run with all suites and experiments that are
// too large together.
func TestRecordDemo(t *testing.T) {
	r, err := fixture.Green(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"app-pod-kill", "broker-pod-kill", "dapr-sentry-kill", "healthy"} { // whose histories are drawn, not recorded
		if err := os.RemoveAll(r.Path("history", name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"eventing", "a-small-one", "of-2-MB"} {
		if err := os.CopyFS(r.Path("history", name), os.DirFS("../../docs/runs/healthy/history/eventing")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(r.Path("history", "of-2-MB", "events.jsonl"), []byte(strings.Repeat("\n", 2<<20)), 0o644); err != nil {
		t.Fatal(err)
	}
	w, err := todo.Must().Waivers("w", []byte("waivers:\n- {requirement: network.vcn.name, reason: r, owner: o, expires: 2027-01-31}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Except(run.Exceptions{Waivers: w, AcceptSkips: []spec.Capability{"stress"}}); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	made, err := RecordDemo(r, root)
	if err != nil {
		t.Fatal(err)
	}
	if len(made) != 2 || made[0].Judged != 2 || made[0].Recorded != 1 || made[0].Bytes > 2<<20 || made[1].Judged != 1 {
		t.Errorf("%+v", made)
	}
	if out := rebuilt(t, filepath.Join(root, "healthy")); !out.Green() || out.Partial != "" || out.Coverage.Faults.N != len(todo.Must().Faults) {
		t.Errorf("%s, %q, %s: %q", out.Verdict, out.Partial, out.Coverage.Faults, out.Reasons)
	}
	if out := rebuilt(t, filepath.Join(root, "lost-event")); out.Verdict != report.Red || len(out.Causes) != 1 {
		t.Errorf("%s: %q", out.Verdict, out.Reasons)
	}
	if demo, err := run.Open(made[0].Path); err != nil || demo.WaiversFile != "" || len(demo.AcceptSkips) > 0 {
		t.Errorf("a demo is green by itself: %+v, %v", demo, err)
	}
	red, err := fixture.Red(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := RecordDemo(red, root); err == nil {
		t.Error("a red run has become the healthy demo")
	}
	if out := rebuilt(t, filepath.Join(root, "healthy")); !out.Green() {
		t.Error("a demo that could not be made has taken the place of the last one")
	}
}
