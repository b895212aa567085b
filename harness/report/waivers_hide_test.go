package report_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/report/fixture"
)

// TestAWaiverHidesNothingElse holds that a red thing which the waived requirement explained
// for the reader is still red.
func TestAWaiverHidesNothingElse(t *testing.T) {
	r := broken(t)
	edit(t, r, "provisioning", state("kafka.zookeeper", "failed"))
	if out := waived(t, r, waiver("kafka.brokers", "2027-01-31")); out.Verdict != report.Red {
		t.Errorf("another MUST fails, and the run is %s", out.Verdict)
	}
	// A skipped check fails no suite: a suite that failed has another reason.
	r, _ = build(t, fixture.Skipped)
	edit(t, r, "chaos", set("SuiteSucceeded", false))
	var entries []string
	for _, one := range rebuild(t, r).Requirements {
		if one.Asked && one.Result == judge.Skipped {
			entries = append(entries, waiver(one.ID, "2027-01-31"))
		}
	}
	if out := waived(t, r, entries...); out.Verdict != report.Red {
		t.Errorf("a suite failed, and the run is %s", out.Verdict)
	}
}

// TestAWaiverAccountsForItsGuaranteesAlone breaks guarantees of an experiment without a
// fault: one of a waived requirement, and one that no requirement names.
func TestAWaiverAccountsForItsGuaranteesAlone(t *testing.T) {
	for _, unnamed := range []bool{false, true} {
		r, _ := build(t, fixture.Green)
		ids := breakGuarantees(t, r.Path("history", "healthy", "verdict.json"), unnamed)
		var entries []string
		for _, id := range ids {
			entries = append(entries, waiver(id, "2027-01-31"))
		}
		out := waived(t, r, entries...)
		if !unnamed && !out.Green() {
			t.Errorf("all that is broken is waived, and the run is %s:\n%s", out.Verdict, strings.Join(out.Reasons, "\n"))
		}
		if unnamed && (len(out.Reasons) != 1 || !strings.HasPrefix(out.Reasons[0], "experiment healthy: fail")) {
			t.Errorf("a guarantee that nothing waives is broken, and the run is %s:\n%s", out.Verdict, strings.Join(out.Reasons, "\n"))
		}
	}
}

// breakGuarantees makes a verdict fail by its first guarantee, and by one without
// requirements, and returns the requirements of the first.
func breakGuarantees(t *testing.T, path string, unnamed bool) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v judge.Verdict
	if err := json.Unmarshal(content, &v); err != nil {
		t.Fatal(err)
	}
	v.Result, v.Guarantees[0].Result, v.Guarantees[0].Text = judge.Fail, judge.Fail, "1 event is lost"
	if unnamed {
		v.Guarantees = append(v.Guarantees, judge.Guarantee{Name: "named-by-nothing", Result: judge.Fail, Text: "broken"})
	}
	if content, err = json.Marshal(v); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return v.Guarantees[0].Requirements
}
