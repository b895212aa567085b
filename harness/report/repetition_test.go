package report_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/harness/runner/soak"
)

// The last run of a soak shows what the repetitions came to; damage is an error.
func TestRepetitions(t *testing.T) {
	r, alone := build(t, fixture.Green)
	if page := pageOf(t, alone); strings.Contains(page, `id="soak"`) {
		t.Error("a run by itself tells of repetitions")
	}
	result := soak.Result{
		Of: "quotas at commit 0123456789ab", Confidence: soak.Confidence, Checks: 40,
		Overall: soak.Rate{Red: 1, Runs: 20, Rate: 0.05, Least: 0.00256, Most: 0.216},
		Single:  soak.Rate{Red: 1, Runs: 800, Rate: 0.00125, Least: 6.4e-5, Most: 0.00591},
		Steady:  soak.Rate{Runs: 20, Most: 0.139},
		Flakes: []soak.Flake{{
			Check: "cuts what is too much", IDs: []string{"quota.todo-app.memory-requests"}, Rate: soak.Rate{Red: 1, Runs: 20, Rate: 0.05, Least: 0.00256, Most: 0.216},
			In: []string{"20260302-140509"}, Messages: []string{"expected " + fixture.Hostile},
		}},
	}
	content, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	write := func(content []byte) {
		if err := os.WriteFile(r.Path("soak.json"), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(content)
	page := pageOf(t, rebuild(t, r))
	for _, want := range []string{`id="soak"`, "1 of 20", "0.256 % to 21.6 %", "each of the 39 others", "cuts what is too much"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, fixture.Hostile) {
		t.Error("a failure is part of the page as it was written")
	}
	write(content[:len(content)/2])
	if _, err := report.Build(r); err == nil {
		t.Error("half a file was taken for a whole one")
	}
}

func pageOf(t *testing.T, r *report.Report) string {
	t.Helper()
	page, err := r.HTML()
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}
