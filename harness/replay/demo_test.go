package replay

import (
	"strings"
	"testing"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/harness/run"
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
		case one.ID == "FLW-001" && (one.Result != judge.Pass || one.Source != report.SourceJudged):
			t.Errorf("FLW-001 is %s, %s", one.Result, one.Source)
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
		if one.ID == "KFK-003" && (one.Result != judge.Pass || one.Source != report.SourceRecorded) {
			t.Errorf("KFK-003 is %s, %q", one.Result, one.Source)
		}
	}
}
