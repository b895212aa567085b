package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

var update = flag.Bool("update", false, "write the golden files anew")

func build(t *testing.T, write func(string) (*run.Run, error), suites ...spec.Suite) (*run.Run, *report.Report) {
	t.Helper()
	r, err := write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return r, rebuild(t, r, suites...)
}

func rebuild(t *testing.T, r *run.Run, suites ...spec.Suite) *report.Report {
	t.Helper()
	out, err := report.Build(r, suites...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func requirement(t *testing.T, r *report.Report, id string) report.Requirement {
	t.Helper()
	i := slices.IndexFunc(r.Requirements, func(one report.Requirement) bool { return one.ID == id })
	if i < 0 {
		t.Fatalf("the report has no %s", id)
	}
	return r.Requirements[i]
}

func TestResults(t *testing.T) {
	_, r := build(t, fixture.Red)
	for id, want := range map[string]judge.Result{
		"topic.task-events.exists":      judge.Pass,
		"topic.task-events.partitions":  judge.Fail,
		"dapr.component.loaded":         judge.Fail,   // timed out
		"security.todo-app.unreachable": judge.Fail,   // panicked
		"event.task-event.specversion":  judge.NotRun, // interrupted
		"ingress.certificate":           judge.Skipped,
		"fault.network-delay":           judge.Skipped,
		"fault.broker-pod-kill":         judge.Fail,         // its check was inconclusive, its experiment lost an event
		"fault.dapr-sentry-kill":        judge.Inconclusive, // its check passed, its experiment proved nothing
		"flow.accepted":                 judge.Fail,         // its check passed, an experiment broke it
		"flow.acknowledged":             judge.Pass,
		"network.vcn.name":              report.NotApplicable,
	} {
		if got := requirement(t, r, id); got.Result != want {
			t.Errorf("%s is %s (%s), want %s", id, got.Result, got.Reason, want)
		}
	}
	if got := requirement(t, r, "fault.network-delay").Capability; got != "network-delay" {
		t.Errorf("fault.network-delay was skipped for %q", got)
	}
	if got := requirement(t, r, "ingress.certificate").Capability; got != "" {
		t.Errorf("ingress.certificate was skipped for %q, which is no capability that the target lacks", got)
	}
	if got := requirement(t, r, "topic.task-events.partitions").Diagnostics; !slices.Equal(got, []string{"diagnostics/topic.task-events.partitions"}) {
		t.Errorf("the diagnostics of topic.task-events.partitions are %q", got)
	}
}

// Every way in which a run is red has to be among the reasons, and nothing else.
func TestReasons(t *testing.T) {
	_, r := build(t, fixture.Red)
	if r.Green() {
		t.Fatal("the run is green")
	}
	for _, want := range []string{
		"topic.task-events.partitions: fail: expected topic task-events", "dapr.component.loaded: fail: timed out", "security.todo-app.unreachable: fail",
		"fault.dapr-sentry-kill: inconclusive: the experiment dapr-sentry-kill", "event.task-event.specversion: not run: interrupted",
		"ingress.certificate: skipped: not today (names no capability that is unsupported here)",
		"suite quotas: AfterSuite: the namespace", "mutant quota.kafka.cpu-requests-other of quota.kafka.cpu-requests: survived", "mutant flow.retried-other of flow.retried: failed", "mutant dapr.component.metadata-other of dapr.component.metadata: collateral",
	} {
		if !slices.ContainsFunc(r.Reasons, func(reason string) bool { return strings.HasPrefix(reason, want) }) {
			t.Errorf("no reason begins with %q in\n%s", want, strings.Join(r.Reasons, "\n"))
		}
	}
	for _, reason := range r.Reasons {
		for _, innocent := range []string{"quota.ingress-nginx.bounded", "network.vcn.name"} {
			if strings.Contains(reason, innocent) {
				t.Errorf("a SHOULD or another target makes the run red: %s", reason)
			}
		}
	}
}

func TestGreen(t *testing.T) {
	_, r := build(t, fixture.Green)
	if !r.Green() {
		t.Fatalf("the run is red:\n%s", strings.Join(r.Reasons, "\n"))
	}
	if r.Partial != "" {
		t.Errorf("a whole run is partial: %s", r.Partial)
	}
}

// A green run is green no longer by each of these alone.
func TestOneThingTakesGreenAway(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, r *run.Run){
		"a suite without a report": func(t *testing.T, r *run.Run) { remove(t, r.Path("ginkgo", "quotas.json")) },
		"an experiment without a verdict": func(t *testing.T, r *run.Run) {
			remove(t, r.Path("history", "healthy", "verdict.json"))
		},
		"an experiment without a history": func(t *testing.T, r *run.Run) {
			for _, path := range glob(t, r.Path("history", "app-pod-kill", "*.jsonl")) {
				remove(t, path)
			}
		},
		"a check that failed":         func(t *testing.T, r *run.Run) { edit(t, r, "provisioning", state("kafka.brokers", "failed")) },
		"a check that was pending":    func(t *testing.T, r *run.Run) { edit(t, r, "provisioning", state("kafka.brokers", "pending")) },
		"a check that was not got to": func(t *testing.T, r *run.Run) { edit(t, r, "provisioning", state("kafka.brokers", "skipped")) },
		"a dry run":                   func(t *testing.T, r *run.Run) { edit(t, r, "quotas", config("DryRun", true)) },
		"checks focused in the code":  func(t *testing.T, r *run.Run) { edit(t, r, "quotas", set("SuiteHasProgrammaticFocus", true)) },
		"a suite that failed as such": func(t *testing.T, r *run.Run) { edit(t, r, "quotas", set("SuiteSucceeded", false)) },
		"a check that was skipped": func(t *testing.T, r *run.Run) {
			edit(t, r, "provisioning", func(g map[string]any) {
				state("kafka.brokers", "skipped")(g)
				g["SpecReports"].([]any)[0].(map[string]any)["Failure"] = map[string]any{"Message": "not today"}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, before := build(t, fixture.Green)
			if !before.Green() {
				t.Fatal("it was red before")
			}
			change(t, r)
			if after := rebuild(t, r); after.Green() {
				t.Error("it is still green")
			} else if len(after.Reasons) == 0 {
				t.Error("it is red without a reason")
			}
		})
	}
}

func TestSameRunSameBytes(t *testing.T) {
	r, first := build(t, fixture.Red)
	second := rebuild(t, r)
	for name, render := range map[string]func(*report.Report) ([]byte, error){
		"report.json": (*report.Report).JSON, "junit.xml": (*report.Report).JUnit, "report.html": (*report.Report).HTML,
	} {
		a, err := render(first)
		if err != nil {
			t.Fatal(err)
		}
		b, err := render(second)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs from one time to the next", name)
		}
	}
	// Writing the report must not change what the next one says (the trend reads it).
	if err := first.Write(r.Path()); err != nil {
		t.Fatal(err)
	}
	a, _ := first.JSON()
	if b, _ := rebuild(t, r).JSON(); !bytes.Equal(a, b) {
		t.Error("report.json differs once it was written")
	}
}

// The format is a contract: the golden file changes only on purpose. It holds
// what is not the specification's own and few of the many requirements.
func TestGolden(t *testing.T) {
	_, r := build(t, fixture.Red)
	r.Requirements = slices.DeleteFunc(r.Requirements, func(one report.Requirement) bool {
		return !slices.Contains([]string{"topic.task-events.exists", "topic.task-events.partitions", "fault.broker-pod-kill", "fault.network-delay", "flow.accepted", "network.vcn.name"}, one.ID)
	})
	r.Findings, r.Mutation.Mutants, r.Mutation.Without = r.Findings[:1], r.Mutation.Mutants[:2], nil
	r.Experiments = r.Experiments[1:2]
	for _, series := range []report.Series{r.Experiments[0].Timeline.Latency, r.Experiments[0].Timeline.Throughput, r.Experiments[0].Timeline.Lag, r.Experiments[0].Timeline.Errors} {
		for i := range series {
			series[i].Values = series[i].Values[:4]
		}
	}
	got, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "report.json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("report.json changed (-want +got); if that is meant, run the test with -update and raise the version where readers break:\n%s", diff)
	}
}

func TestReadsWhatItWrote(t *testing.T) {
	r, out := build(t, fixture.Red)
	if err := out.Write(r.Path()); err != nil {
		t.Fatal(err)
	}
	again, err := report.Read(r.Path(report.Name))
	if err != nil {
		t.Fatal(err)
	}
	a, _ := out.JSON()
	if b, _ := again.JSON(); !bytes.Equal(a, b) {
		t.Error("a report that was read is not the one that was written")
	}
	if err := os.WriteFile(r.Path(report.Name), []byte(`{"version": 99}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := report.Read(r.Path(report.Name)); err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Errorf("another version: %v", err)
	}
}

func TestDamagedFilesAreErrors(t *testing.T) {
	for _, name := range []string{"ginkgo/quotas.json", "history/healthy/verdict.json", "mutants.json"} {
		t.Run(name, func(t *testing.T) {
			r, _ := build(t, fixture.Red)
			if err := os.WriteFile(r.Path(name), []byte(`{"cut of`), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := report.Build(r); err == nil {
				t.Error("it is no error")
			}
		})
	}
}

func TestSummary(t *testing.T) {
	_, r := build(t, fixture.Red)
	text := r.Summary()
	for _, want := range []string{"RED: run 20260302-140509 on kind with hermetic images", "✗ topic.task-events.partitions: fail", "MUST", "selected", "? fault.dapr-sentry-kill: inconclusive", "      make test-provisioning FOCUS='topic.task-events.partitions'\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}
