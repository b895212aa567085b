package report

import (
	"os"
	"path/filepath"
	"testing"
)

// TestAReportOfVersion2IsRead reads a report.json whose members have their former names.
func TestAReportOfVersion2IsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	content := `{"version": 2, "run": {"id": "r", "begun": "2026-01-01T00:00:00Z", "lacks": {"network-loss": "no netem"}},
		"suites": [{"name": "quotas", "begun": "2026-01-01T00:00:00Z"}], "trend": [{"begun": "2026-01-01T00:00:00Z"}],
		"mutation": {"sections": [{"section": "Topics", "stray": 3}]}}`
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if r.Version != Version || r.Run.Started.Year() != 2026 || r.Run.Unsupported["network-loss"] != "no netem" {
		t.Errorf("the run was read as %+v", r.Run)
	}
	if len(r.Suites) != 1 || r.Suites[0].Started.Year() != 2026 || len(r.Trend) != 1 || r.Trend[0].Started.Year() != 2026 {
		t.Errorf("suites and trend were read as %+v, %+v", r.Suites, r.Trend)
	}
	if r.Mutation == nil || len(r.Mutation.Sections) != 1 || r.Mutation.Sections[0].Collateral != 3 {
		t.Errorf("mutants were read as %+v", r.Mutation)
	}
}

// TestAReportOfVersion3IsRead reads a report.json that knows no waivers.
func TestAReportOfVersion3IsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	if err := os.WriteFile(path, []byte(`{"version": 3, "verdict": "green", "counts": [{"level": "MUST", "total": 2, "pass": 2}], "requirements": [{"id": "a.b", "result": "pass"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Read(path)
	if err != nil || r.Version != Version || !r.Green() || r.Counts[0].Pass != 2 || r.Counts[0].Waived != 0 || r.Requirements[0].Waiver != nil || r.Exceptions() != "" {
		t.Errorf("read as %+v, %v", r, err)
	}
}

// TestAReportOfAnotherVersionIsRefused reads reports that no version of this package wrote.
func TestAReportOfAnotherVersionIsRefused(t *testing.T) {
	for _, content := range []string{`{"version": 1}`, `{"version": 5}`, `{}`} {
		path := filepath.Join(t.TempDir(), Name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil {
			t.Errorf("%s was read", content)
		}
	}
}
