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

// TestTheReportShowsWhatGuaranteesWerePutToTheTestBy looks for the situations, with their
// counts, in every form of the report.
func TestTheReportShowsWhatGuaranteesWerePutToTheTestBy(t *testing.T) {
	run, r := build(t, fixture.Red)
	sums := map[string]report.SituationCount{}
	for _, s := range r.Situations {
		sums[s.Name] = s
	}
	rebalance, silence := sums[judge.GroupRebalance], sums[judge.PublishedInSilence]
	if rebalance.Reached != 3*int64(rebalance.Experiments) || rebalance.Experiments < 2 || rebalance.Wanted < 2 {
		t.Errorf("%+v", rebalance)
	}
	if silence.Reached != 0 || silence.Experiments != 0 || silence.Wanted != 1 {
		t.Errorf("%+v", silence)
	}
	if summary := r.Summary(); !strings.Contains(summary, "situations: 2 of 3 reached; not reached:") || !strings.Contains(summary, judge.PublishedInSilence) {
		t.Errorf("the terminal shows\n%s", summary)
	}
	page, err := r.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`id="situations"`, judge.GroupRebalance + "</th>", "(had to be reached)", `<a href="#flow.accepted">flow.accepted</a></summary>`} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if err := r.Write(run.Path()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(run.Path("report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var written struct {
		Situations  []report.SituationCount `json:"situations"`
		Experiments []struct {
			Situations []judge.Situation `json:"situations"`
			Guarantees []judge.Guarantee `json:"guarantees"`
		} `json:"experiments"`
	}
	if err := json.Unmarshal(content, &written); err != nil {
		t.Fatal(err)
	}
	if len(written.Situations) != len(r.Situations) {
		t.Errorf("report.json has %d situations, want %d", len(written.Situations), len(r.Situations))
	}
	blames := 0
	for _, e := range written.Experiments {
		for _, g := range e.Guarantees {
			for _, v := range g.Violations {
				if v.Requirement != "" {
					blames++
				}
			}
		}
	}
	if blames == 0 {
		t.Error("report.json does not say which requirement a violation breaks")
	}
	for _, cause := range r.Causes {
		if strings.Contains(cause.Text, "nowhere") && !strings.Contains(cause.Text, "flow.accepted, experiment") {
			t.Errorf("the cause does not blame: %s", cause.Text)
		}
	}
}

// TestARunWithoutCountsShowsNone reads verdicts from before situations were counted.
func TestARunWithoutCountsShowsNone(t *testing.T) {
	_, r := build(t, fixture.Red)
	r.Situations = nil
	if strings.Contains(r.Summary(), "situations") {
		t.Error(r.Summary())
	}
}
