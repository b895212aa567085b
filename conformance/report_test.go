package conformance

import (
	"os"
	"path/filepath"
	"testing"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// TestResultsComeFromTheRun reads runs that have ended: the results are of the suite's own
// requirements, and the report is written where a directory was chosen.
func TestResultsComeFromTheRun(t *testing.T) {
	for verdict, made := range map[Verdict]func(string) (*run.Run, error){Green: fixture.Green, Red: fixture.Red} {
		r, err := made(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		suite := expect.Suite(spec.Quotas, &spec.Timeouts{})
		suite.Run, suite.Spec = r, todo.Must()
		var read, written Report
		read.judged(suite, expect.Settings{})
		html := filepath.Join(r.Path(), "report.html")
		if _, err := os.Stat(html); err == nil {
			t.Error("a report was written that nobody wants")
		}
		written.judged(suite, expect.Settings{Runs: filepath.Dir(r.Path())})
		if _, err := os.Stat(html); err != nil || written.Err != nil || written.Dir != r.Path() {
			t.Errorf("no report: %v, %v, %s", err, written.Err, written.Dir)
		}
		red := 0
		for _, one := range read.Requirements {
			if s := todo.Must().Requirement(one.ID).Suite; s != spec.Quotas {
				t.Errorf("%s is of the suite %s", one.ID, s)
			}
			if one.Result != Pass {
				red++
				if one.Reason == "" {
					t.Errorf("%+v has no reason", one)
				}
			}
		}
		if len(read.Requirements) == 0 || verdict == Green && red > 0 {
			t.Errorf("%d requirements, %d not passed, verdict %s", len(read.Requirements), red, read.Verdict)
		}
		if read.Verdict != verdict {
			t.Errorf("verdict %s, want %s", read.Verdict, verdict)
		}
	}
}
