package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// waiver is an entry of a file of waivers of five lines.
func waiver(id, expires string) string {
	return fmt.Sprintf("- requirement: %s\n  reason: the part is ordered\n  owner: storage team\n  expires: %s\n\n", id, expires)
}

// waived is the report of a run with a file of waivers.
func waived(t *testing.T, r *run.Run, entries ...string) *report.Report {
	t.Helper()
	w, err := todo.Must().Waivers("our/waivers.yaml", []byte("waivers:\n"+strings.Join(entries, "")))
	if err != nil {
		t.Fatal(err)
	}
	r.Waive(w)
	return rebuild(t, r)
}

// broken is a green run but for one check of a MUST that is red.
func broken(t *testing.T) *run.Run {
	t.Helper()
	r, _ := build(t, fixture.Green)
	edit(t, r, "provisioning", func(g map[string]any) {
		state("kafka.brokers", "failed")(g)
		g["SuiteSucceeded"] = false
	})
	if out := rebuild(t, r); out.Verdict != report.Red {
		t.Fatalf("without a waiver the run is %s", out.Verdict)
	}
	return r
}

func must(t *testing.T, r *report.Report) report.Count {
	t.Helper()
	return r.Counts[slices.IndexFunc(r.Counts, func(c report.Count) bool { return c.Level == spec.Must })]
}

// TestAWaivedFailureIsItsOwnResult holds that a requirement which fails and is waived makes
// nothing red, and is no pass in any file.
func TestAWaivedFailureIsItsOwnResult(t *testing.T) {
	r := broken(t)
	before := must(t, rebuild(t, r))
	out := waived(t, r, waiver("kafka.brokers", "2027-01-31"))
	if !out.Green() || out.ExitCode() != 0 || len(out.Causes) != 0 {
		t.Fatalf("the run is %s:\n%s", out.Verdict, strings.Join(out.Reasons, "\n"))
	}
	one := requirement(t, out, "kafka.brokers")
	if one.Result != report.Waived || one.Waiver == nil || one.Waiver.Result != judge.Fail {
		t.Errorf("it is %s, %+v", one.Result, one.Waiver)
	}
	after := must(t, out)
	if after.Waived != 1 || after.Pass != before.Pass || after.Fail != before.Fail-1 || after.Total != before.Total {
		t.Errorf("counted as %+v, before %+v", after, before)
	}
	const sentence = "fail, waived until 2027-01-31 by storage team: the part is ordered"
	first, rest, _ := strings.Cut(out.SummaryFor(500), "\n")
	if !strings.HasPrefix(first, "GREEN: 1 requirement waived; run 20260302-140509 on kind") || !strings.Contains(rest, "  ~ kafka.brokers: "+sentence+"\n") {
		t.Errorf("the summary is\n%s", out.SummaryFor(500))
	}
	if short, _, _ := strings.Cut(out.SummaryFor(60), "\n"); !strings.Contains(short, "1 requirement waived") {
		t.Errorf("the first line of a terminal of 60 columns is %q", short)
	}
	page, err := out.HTML()
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(page), `<section id="requirements"`)
	for _, want := range []string{"1 requirement waived", sentence, "1 waived", "our/waivers.yaml:2"} {
		if !strings.Contains(head, want) {
			t.Errorf("%q is not at the top of the page", want)
		}
	}
	_, row, _ := strings.Cut(string(page), `id="kafka.brokers" data-result="waived"`)
	row, _, _ = strings.Cut(row, "</details>")
	if !strings.Contains(row, sentence) || !strings.Contains(row, "our/waivers.yaml:2") {
		t.Errorf("its row on the page is\n%s", row)
	}
	read := reread(t, out)
	if len(read.Waivers) != 1 || read.Waivers[0] != *one.Waiver || read.Waivers[0].Status != report.InForce || read.Waivers[0].Entry != "our/waivers.yaml:2" {
		t.Errorf("report.json has %+v", read.Waivers)
	}
	junit, err := out.JUnit()
	if err != nil || !strings.Contains(string(junit), `<skipped message="`+sentence) {
		t.Errorf("junit.xml does not show it as skipped with the reason (%v)", err)
	}
}

// TestGitHubAndTheTrendShowWhatIsWaived reads the summary of a job's step and the run's point.
func TestGitHubAndTheTrendShowWhatIsWaived(t *testing.T) {
	out := waived(t, broken(t), waiver("kafka.brokers", "2027-01-31"))
	path := filepath.Join(t.TempDir(), "summary.md")
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_STEP_SUMMARY", path)
	if err := out.GitHub(t.Output()); err != nil {
		t.Fatal(err)
	}
	summary, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"GREEN: 1 requirement waived; run", "- **waived** kafka.brokers: fail, waived until 2027-01-31 by storage team: the part is ordered\n", "| not run | waived |"} {
		if !strings.Contains(string(summary), want) {
			t.Errorf("%q is not in\n%s", want, summary)
		}
	}
	if last := out.Trend[len(out.Trend)-1]; last.Waived != 1 || last.Fail != 0 {
		t.Errorf("the trend has %+v", last)
	}
}

// TestAPartThatPassesDoesNotMakeAWaiverNeedless has a requirement with two checks, of which
// the filter leaves out one: nobody knows whether that one passes.
func TestAPartThatPassesDoesNotMakeAWaiverNeedless(t *testing.T) {
	r, _ := build(t, fixture.Green)
	edit(t, r, "provisioning", func(g map[string]any) {
		g["SuiteConfig"] = map[string]any{"LabelFilter": "!waits"}
		second := map[string]any{}
		for _, s := range g["SpecReports"].([]any) {
			if one := s.(map[string]any); strings.HasPrefix(one["LeafNodeText"].(string), "kafka.brokers ") {
				for key, value := range one {
					second[key] = value
				}
			}
		}
		second["State"] = "skipped"
		g["SpecReports"] = append(g["SpecReports"].([]any), second)
	})
	out := waived(t, r, waiver("kafka.brokers", "2027-01-31"))
	if one := requirement(t, out, "kafka.brokers"); !out.Green() || one.Result != judge.Pass || out.Waivers[0].Status != report.Unused {
		t.Errorf("%s, %s, %+v:\n%s", out.Verdict, one.Result, out.Waivers, strings.Join(out.Reasons, "\n"))
	}
}

// reread is a report as a reader of report.json has it.
func reread(t *testing.T, out *report.Report) *report.Report {
	t.Helper()
	dir := t.TempDir()
	if err := out.Write(dir); err != nil {
		t.Fatal(err)
	}
	for voice, color := range map[string]string{
		"page": stamp(t, filepath.Join(dir, "report.html")), "json": jsonVerdict(t, filepath.Join(dir, "report.json")), "junit": junitColor(t, filepath.Join(dir, "junit.xml")),
	} {
		if color != string(out.Verdict) {
			t.Errorf("%s is %s, the report %s", voice, color, out.Verdict)
		}
	}
	read, err := report.Read(filepath.Join(dir, report.Name))
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// TestInconclusiveAndSkippedAreWaived waives what is neither red nor green.
func TestInconclusiveAndSkippedAreWaived(t *testing.T) {
	r, _ := build(t, fixture.Inconclusive)
	out := waived(t, r, waiver("fault.broker-pod-kill", "2027-01-31"))
	if one := requirement(t, out, "fault.broker-pod-kill"); !out.Green() || one.Waiver == nil || one.Waiver.Result != judge.Inconclusive {
		t.Errorf("%s: %+v", out.Verdict, one.Waiver)
	}
	r, out = build(t, fixture.Skipped)
	var entries []string
	for _, one := range out.Requirements {
		if one.Asked && one.Result == judge.Skipped {
			entries = append(entries, waiver(one.ID, "2027-01-31"))
		}
	}
	out = waived(t, r, entries...)
	if c := must(t, out); !out.Green() || c.Waived != len(entries) || c.Skipped != 0 || len(entries) == 0 {
		t.Errorf("%s, %+v", out.Verdict, c)
	}
	reread(t, out)
}

// TestAWaiverThatIsNotValidIsRed has waivers that have expired and that nothing needs.
func TestAWaiverThatIsNotValidIsRed(t *testing.T) {
	for name, tc := range map[string]struct {
		entry string // of five lines
		want  []string
	}{
		"expired, and it fails":  {waiver("kafka.brokers", "2026-03-01"), []string{"our/waivers.yaml:7: the waiver of kafka.brokers has expired on 2026-03-01: ", "remove the entry", "renew it", "kafka.brokers: fail"}},
		"expired, and it passes": {waiver("kafka.zookeeper", "2026-03-01"), []string{"our/waivers.yaml:7: the waiver of kafka.zookeeper", "has expired on 2026-03-01", "passes"}},
		"it passes":              {waiver("kafka.zookeeper", "2027-01-31"), []string{"our/waivers.yaml:7: the waiver of kafka.zookeeper is not needed: ", "passes", "remove the entry"}},
		"a SHOULD passes":        {waiver("quota.ingress-nginx.bounded", "2027-01-31"), []string{"our/waivers.yaml:7: the waiver of quota.ingress-nginx.bounded is not needed"}},
	} {
		t.Run(name, func(t *testing.T) {
			first := "kafka.brokers"
			if strings.Contains(tc.entry, first) {
				first = "network.vcn.name" // of another target: unused
			}
			out := waived(t, broken(t), waiver(first, "2027-01-31"), tc.entry)
			if out.Verdict != report.Red || out.ExitCode() != 2 {
				t.Errorf("the run is %s", out.Verdict)
			}
			for _, want := range tc.want {
				if !strings.Contains(strings.Join(out.Reasons, "\n"), want) {
					t.Errorf("%q is not among the reasons:\n%s", want, strings.Join(out.Reasons, "\n"))
				}
			}
			reread(t, out)
		})
	}
}

// TestTheDayOfTheRunCounts holds that a waiver which is valid on the day of the run stays
// so, and that one is judged by the day in UTC. The fixture starts on 2026-03-02.
func TestTheDayOfTheRunCounts(t *testing.T) {
	r := broken(t)
	if out := waived(t, r, waiver("kafka.brokers", "2026-03-02")); !out.Green() {
		t.Errorf("on its last day the run is %s:\n%s", out.Verdict, strings.Join(out.Reasons, "\n"))
	}
	if out := waived(t, r, waiver("kafka.brokers", "2026-03-01")); out.Verdict != report.Red {
		t.Errorf("one day later the run is %s", out.Verdict)
	}
}

// TestWhatDidNotRunLeavesItsWaiverUnused wants no error, and a line for each.
func TestWhatDidNotRunLeavesItsWaiverUnused(t *testing.T) {
	r, _ := build(t, fixture.Green)
	edit(t, r, "provisioning", state("kafka.brokers", "interrupted"))
	remove(t, r.Path("ginkgo", "quotas.json"))
	w, err := todo.Must().Waivers("w.yaml", []byte("waivers:\n"+waiver("kafka.brokers", "2027-01-31")+waiver("quota.rollout", "2026-01-31")+waiver("network.vcn.name", "2027-01-31")))
	if err != nil {
		t.Fatal(err)
	}
	r.Waive(w)
	out := rebuild(t, r, spec.Provisioning, spec.Eventing, spec.Chaos)
	if out.Verdict != report.Inconclusive || len(out.Causes) != 1 || !strings.HasPrefix(out.Reasons[0], "kafka.brokers: not run") {
		t.Errorf("%s:\n%s", out.Verdict, strings.Join(out.Reasons, "\n"))
	}
	text := out.SummaryFor(500)
	for _, id := range []string{"kafka.brokers (w.yaml:2)", "quota.rollout (w.yaml:7)", "network.vcn.name (w.yaml:12)"} {
		if !strings.Contains(text, "waivers that this run does not use: ") || !strings.Contains(text, id) {
			t.Errorf("%s is not listed as unused in\n%s", id, text)
		}
	}
	page, err := out.HTML()
	if err != nil || !strings.Contains(string(page), "w.yaml:7") || !strings.Contains(string(page), "unused") {
		t.Errorf("the page does not list it as unused (%v)", err)
	}
	for _, one := range out.Waivers {
		if one.Status != report.Unused {
			t.Errorf("%+v", one)
		}
	}
	if strings.Contains(text, "waived") && strings.Contains(strings.SplitN(text, "\n", 2)[0], "waived") {
		t.Errorf("nothing is waived:\n%s", text)
	}
}
