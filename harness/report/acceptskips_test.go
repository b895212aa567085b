package report_test

import (
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// accepting is the report of a run that accepts skips for some capabilities.
func accepting(t *testing.T, r *run.Run, accepted ...spec.Capability) *report.Report {
	t.Helper()
	r.AcceptSkips = accepted
	return rebuild(t, r)
}

// TestAcceptedSkipsStaySkipped holds that they keep no run from being green, and are
// counted as what they are.
func TestAcceptedSkipsStaySkipped(t *testing.T) {
	r, before := build(t, fixture.Skipped)
	out := accepting(t, r, "stress", "network-delay", "network-loss", "network-corrupt", "clock")
	if !out.Green() || out.ExitCode() != 0 {
		t.Fatalf("the run is %s:\n%s", out.Verdict, strings.Join(out.Reasons, "\n"))
	}
	if got, want := must(t, out), must(t, before); got != want || got.Skipped == 0 {
		t.Errorf("counted as %+v, without as %+v", got, want)
	}
	text := out.SummaryFor(500)
	first, _, _ := strings.Cut(text, "\n")
	const want = "GREEN: accepted skips: network-corrupt (1 requirement), network-delay (1 requirement), network-loss (1 requirement), stress (2 requirements); run 2026"
	if !strings.HasPrefix(first, want) {
		t.Errorf("the first line is %q", first)
	}
	if strings.Contains(text, "can be left out") {
		t.Errorf("what is accepted need not be left out:\n%s", text)
	}
	page, err := out.HTML()
	if err != nil || !strings.Contains(string(page), "stress (2 requirements)") {
		t.Errorf("the page does not say it (%v)", err)
	}
	read := reread(t, out)
	if !slices.Contains(read.AcceptedSkips, report.AcceptedSkip{Capability: "stress", Requirements: 2}) || !requirement(t, read, "fault.cpu-stress").SkipAccepted {
		t.Errorf("report.json has %+v", read.AcceptedSkips)
	}
}

// TestOtherSkipsAreNotAccepted leaves the exit code at 3.
func TestOtherSkipsAreNotAccepted(t *testing.T) {
	r, _ := build(t, fixture.Skipped)
	out := accepting(t, r, "stress", "network-delay", "network-loss")
	if out.ExitCode() != 3 || len(out.Causes) != 1 || !strings.HasPrefix(out.Reasons[0], "fault.network-corrupt: skipped") {
		t.Errorf("network-corrupt is not accepted, exit code %d:\n%s", out.ExitCode(), strings.Join(out.Reasons, "\n"))
	}
	all := []spec.Capability{"stress", "network-delay", "network-loss", "network-corrupt"}
	// The target has the capability: the skip is for another reason, whatever it says.
	delete(r.Unsupported, "network-corrupt")
	if out := accepting(t, r, all...); out.ExitCode() != 3 {
		t.Errorf("a skip for a capability that is there is accepted:\n%s", out.Summary())
	}
	r, _ = build(t, fixture.Green)
	edit(t, r, "provisioning", func(g map[string]any) {
		state("kafka.brokers", "skipped")(g)
		for _, s := range g["SpecReports"].([]any) {
			if one := s.(map[string]any); one["State"] == "skipped" {
				one["Failure"] = map[string]any{"Message": "not today"}
			}
		}
	})
	if out := accepting(t, r, all...); out.ExitCode() != 3 || len(out.AcceptedSkips) != 0 {
		t.Errorf("a skip without a capability: exit code %d", out.ExitCode())
	}
}

// TestEachCapabilityHasToBeAccepted has a requirement with two checks that are skipped for
// two capabilities.
func TestEachCapabilityHasToBeAccepted(t *testing.T) {
	r, _ := build(t, fixture.Skipped)
	edit(t, r, "chaos", func(g map[string]any) {
		specs := g["SpecReports"].([]any)
		for _, s := range specs {
			one := s.(map[string]any)
			if !strings.HasPrefix(one["LeafNodeText"].(string), "fault.cpu-stress ") {
				continue
			}
			second := map[string]any{}
			for key, value := range one {
				second[key] = value
			}
			second["Failure"] = map[string]any{"Message": "missing capability network-loss: no netem"}
			g["SpecReports"] = append(specs, second)
		}
	})
	out := accepting(t, r, "stress", "network-delay", "network-corrupt")
	if one := requirement(t, out, "fault.cpu-stress"); one.SkipAccepted || out.ExitCode() != 3 {
		t.Errorf("it is accepted, exit code %d", out.ExitCode())
	}
	if out = accepting(t, r, "stress", "network-delay", "network-corrupt", "network-loss"); !out.Green() {
		t.Errorf("all are accepted, and the run is %s:\n%s", out.Verdict, strings.Join(out.Reasons, "\n"))
	}
}

// TestNothingButAcceptedSkipsIsNotGreen selects one requirement, which is skipped.
func TestNothingButAcceptedSkipsIsNotGreen(t *testing.T) {
	r, _ := build(t, fixture.Skipped)
	for _, path := range []string{"history", "ginkgo/provisioning.json", "ginkgo/quotas.json", "ginkgo/eventing.json"} {
		remove(t, r.Path(path))
	}
	edit(t, r, "chaos", func(g map[string]any) {
		g["SuiteConfig"] = map[string]any{"LabelFilter": "fault.network-loss"}
		for _, s := range g["SpecReports"].([]any) {
			if one := s.(map[string]any); !strings.HasPrefix(one["LeafNodeText"].(string), "fault.network-loss ") {
				one["State"] = "skipped"
				delete(one, "Failure")
			}
		}
	})
	r.AcceptSkips = []spec.Capability{"network-loss"}
	out := rebuild(t, r, spec.Chaos)
	if out.Verdict != report.Inconclusive || len(out.Reasons) != 1 || !strings.HasPrefix(out.Reasons[0], "nothing was judged") {
		t.Errorf("%s:\n%s", out.Verdict, strings.Join(out.Reasons, "\n"))
	}
	if one := requirement(t, out, "fault.network-loss"); one.Result != judge.Skipped || !one.SkipAccepted {
		t.Errorf("%+v", one)
	}
}

// TestASuiteThatFailedIsNotExplainedByAcceptedSkips: a skipped check fails no suite.
func TestASuiteThatFailedIsNotExplainedByAcceptedSkips(t *testing.T) {
	r, _ := build(t, fixture.Skipped)
	edit(t, r, "chaos", set("SuiteSucceeded", false))
	if out := accepting(t, r, "stress", "network-delay", "network-loss", "network-corrupt"); out.Verdict != report.Red {
		t.Errorf("the run is %s", out.Verdict)
	}
}
