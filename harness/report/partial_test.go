package report_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// What was not selected does not make a run red, and shows as left out.
func TestSomeSuites(t *testing.T) {
	r, _ := build(t, fixture.Green)
	remove(t, r.Path("ginkgo", "chaos.json"))
	out := rebuild(t, r, spec.Provisioning, spec.Quotas, spec.Eventing)
	if !out.Green() || out.Partial == "" {
		t.Errorf("%s, partial %q:\n%s", out.Verdict, out.Partial, strings.Join(out.Reasons, "\n"))
	}
}

func TestFocus(t *testing.T) {
	r, _ := build(t, fixture.Green)
	edit(t, r, "provisioning", func(g map[string]any) {
		g["SuiteConfig"] = map[string]any{"FocusStrings": []string{"kafka.topics"}}
		for _, s := range g["SpecReports"].([]any) {
			if one := s.(map[string]any); !strings.HasPrefix(one["LeafNodeText"].(string), "kafka.topics") {
				one["State"] = "skipped"
			}
		}
	})
	out := rebuild(t, r)
	if !out.Green() || !strings.Contains(out.Partial, "not selected: ") {
		t.Errorf("%s, partial %q:\n%s", out.Verdict, out.Partial, strings.Join(out.Reasons, "\n"))
	}
	if one := requirement(t, out, "kafka.zookeeper"); one.Asked || one.Result != judge.NotRun {
		t.Errorf("kafka.zookeeper was left out and is %s, asked for: %v", one.Result, one.Asked)
	}
}

func TestFocusInASuiteThatCouldNotStart(t *testing.T) {
	r, _ := build(t, fixture.Green)
	edit(t, r, "quotas", func(g map[string]any) {
		g["SuiteConfig"] = map[string]any{"LabelFilter": "core"}
		for _, s := range g["SpecReports"].([]any) {
			s.(map[string]any)["State"] = "skipped"
		}
		g["SpecReports"] = append(g["SpecReports"].([]any), map[string]any{"LeafNodeType": "SynchronizedBeforeSuite", "State": "failed"})
	})
	if out := rebuild(t, r); out.Green() {
		t.Error("a suite that could not begin is taken for one that was left out")
	}
}

func TestChecksOfAnotherTarget(t *testing.T) {
	r, _ := build(t, fixture.Green)
	check := func(id, state, message string) map[string]any {
		return map[string]any{
			"LeafNodeType": "It", "LeafNodeText": id, "LeafNodeLabels": todo.Must().Requirement(id).Labels(), "State": state,
			"Failure": map[string]any{"Message": message},
		}
	}
	emulated, err := json.Marshal(map[string]any{"SuiteSucceeded": true, "SpecReports": []any{
		check("network.vcn.name", "passed", ""), check("network.vcn.cidr", "skipped", "missing capability: an emulated OCI API"), check("network.vcn.dns-label", "failed", "seen 3"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.Path("ginkgo", "provisioning-oci.json"), emulated, 0o644); err != nil {
		t.Fatal(err)
	}
	out := rebuild(t, r)
	for id, want := range map[string]judge.Result{"network.vcn.name": judge.Pass, "network.vcn.cidr": report.NotApplicable, "network.vcn.dns-label": judge.Fail} {
		if one := requirement(t, out, id); one.Result != want || one.Asked != (want != report.NotApplicable) {
			t.Errorf("%s is %s, asked for: %v, want %s", id, one.Result, one.Asked, want)
		}
	}
	if out.Green() || len(out.Reasons) != 1 {
		t.Errorf("only network.vcn.dns-label failed, the reasons are\n%s", strings.Join(out.Reasons, "\n"))
	}
}

func TestMutantsOnly(t *testing.T) {
	r, _ := build(t, fixture.Red)
	remove(t, r.Path("history"))
	out := rebuild(t, r, report.Nothing)
	for _, one := range out.Requirements {
		if one.Asked {
			t.Fatalf("%s was evaluated on a platform that was broken on purpose", one.ID)
		}
	}
	if len(out.Reasons) != 3 || out.Green() {
		t.Errorf("three mutants were not killed, the reasons are\n%s", strings.Join(out.Reasons, "\n"))
	}
	killed, err := json.Marshal([]report.Mutant{{ID: "a", Requirement: "kafka.brokers", Result: report.Killed}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.Path("mutants.json"), killed, 0o644); err != nil {
		t.Fatal(err)
	}
	if out := rebuild(t, r, report.Nothing); !out.Green() || out.Mutation.Killed != 1 {
		t.Errorf("the only mutant was killed, the run is %s", out.Verdict)
	}
}

func TestEmptyRun(t *testing.T) {
	r, _ := build(t, fixture.Green)
	for _, path := range glob(t, r.Path("ginkgo", "*.json")) {
		remove(t, path)
	}
	for _, path := range glob(t, r.Path("history", "*")) {
		remove(t, path)
	}
	if out := rebuild(t, r); out.Green() {
		t.Error("a run without anything in it is green")
	} else if raw, err := out.JSON(); err != nil || !strings.Contains(string(raw), `"suites": []`) || !strings.Contains(string(raw), `"experiments": []`) {
		t.Errorf("lists that are empty are not written as lists (%v)", err)
	}
}
