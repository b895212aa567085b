package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// What Ginkgo itself writes is read in full: a field that Ginkgo renames turns
// this red.
func TestReadsWhatGinkgoWrites(t *testing.T) {
	evidence := Evidence{What: "partitions", From: "kafka broker", Expected: "3", Seen: "2"}
	raw, err := json.Marshal(evidence)
	if err != nil {
		t.Fatal(err)
	}
	labels := todo.Must().Requirement("topic.task-events.partitions").Labels()
	written, err := json.Marshal(types.Report{
		SuiteSucceeded: false, SuiteHasProgrammaticFocus: true, SpecialSuiteFailureReasons: []string{"why"},
		StartTime: time.Unix(1_700_000_000, 0).UTC(), RunTime: 3 * time.Second,
		SuiteConfig: types.SuiteConfig{FocusStrings: []string{"a"}, SkipStrings: []string{"b"}, FocusFiles: []string{"c"}, SkipFiles: []string{"d"}, LabelFilter: "e", DryRun: true},
		SpecReports: types.SpecReports{{
			ContainerHierarchyTexts: []string{"topics"}, ContainerHierarchyLabels: [][]string{{"slow"}},
			LeafNodeType: types.NodeTypeIt, LeafNodeText: "has partitions", LeafNodeLabels: labels,
			LeafNodeLocation: types.CodeLocation{FileName: "/x/suites/provisioning/topics_test.go", LineNumber: 12},
			State:            types.SpecStateFailed, RunTime: 1500 * time.Millisecond, NumAttempts: 2, CapturedGinkgoWriterOutput: "out",
			Failure:            types.Failure{Message: "expected 3", ForwardedPanic: "boom", Location: types.CodeLocation{FileName: "/x/suites/provisioning/topics_test.go", LineNumber: 15}},
			AdditionalFailures: []types.AdditionalFailure{{State: types.SpecStateFailed, Failure: types.Failure{Message: "cleanup failed"}}},
			ReportEntries:      types.ReportEntries{{Name: evidenceName, Value: types.WrapEntryValue(json.RawMessage(raw))}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "provisioning.json"), written, 0o644); err != nil {
		t.Fatal(err)
	}
	suites, err := suitereport.ReadAll(dir)
	if err != nil {
		t.Fatal(err)
	}
	g := suites[spec.Provisioning]
	if want := "focus a, skip b, files c, without files d, labels e"; filter(g) != want {
		t.Errorf("the filter is %q, want %q", filter(g), want)
	}
	if complete(g) || !g.SuiteHasProgrammaticFocus || !g.SuiteConfig.DryRun || g.RunTime != 3*time.Second || g.StartTime.Unix() != 1_700_000_000 {
		t.Errorf("the suite was read as %+v", g)
	}
	s := g.SpecReports[0]
	if ids := suitereport.IDs(s); len(ids) != 1 || ids[0] != "topic.task-events.partitions" {
		t.Errorf("it claims %v", ids)
	}
	c := checkOf(s, false)
	if c.Result != judge.Fail || c.Name != "topics has partitions" || c.Seconds != 1.5 || c.Attempts != 2 || c.Output != "out" {
		t.Errorf("the check was read as %+v", c)
	}
	if c.Place != "suites/provisioning/topics_test.go:12" || c.At != "suites/provisioning/topics_test.go:15" {
		t.Errorf("the places are %s and %s", c.Place, c.At)
	}
	for _, part := range []string{"expected 3", "boom", "cleanup failed"} {
		if !strings.Contains(c.Failure, part) {
			t.Errorf("%q is not in the failure %q", part, c.Failure)
		}
	}
	if len(c.Evidence) != 1 || c.Evidence[0] != evidence {
		t.Errorf("the evidence was read as %+v", c.Evidence)
	}
}

// All states of Ginkgo have a result; only a pass that ran is one.
func TestEveryStateHasAResult(t *testing.T) {
	for state, want := range map[types.SpecState]judge.Result{
		types.SpecStatePassed: judge.Pass, types.SpecStateFailed: judge.Fail, types.SpecStatePanicked: judge.Fail,
		types.SpecStateTimedout: judge.Fail, types.SpecStateInterrupted: judge.NotRun, types.SpecStateAborted: judge.NotRun,
		types.SpecStatePending: judge.NotRun, types.SpecStateSkipped: judge.NotRun, types.SpecStateInvalid: judge.NotRun,
	} {
		raw, err := json.Marshal(types.SpecReport{State: state})
		if err != nil {
			t.Fatal(err)
		}
		var s types.SpecReport
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatal(err)
		}
		if got, _ := result(s, false); got != want {
			t.Errorf("%s is %s, want %s", state, got, want)
		}
		if got, _ := result(s, true); got != judge.NotRun {
			t.Errorf("%s in a dry run is %s", state, got)
		}
	}
}

func TestMissingCapability(t *testing.T) {
	unsupported := map[spec.Capability]string{"stress": "cgroup v1"}
	for message, want := range map[string]spec.Capability{
		"missing capability stress: cgroup v1": "stress",
		"missing capability clock: says who":   "",
		"missing capability":                   "",
		"I did not feel like it":               "",
	} {
		if got := missing(message, unsupported); got != want {
			t.Errorf("%q names %q, want %q", message, got, want)
		}
	}
}

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"postgres://todo:s3cr3t@db:5432/todo":                                        "postgres://todo:[secret]@db:5432/todo",
		"Authorization: Bearer abcdefghijklmnopqrstuvwxyz":                           "Authorization: Bearer [secret]",
		"PGPASSWORD=abc next":                                                        "PGPASSWORD=[secret] next",
		`{"password": "abc", "user": "todo"}`:                                        `{"password": "[secret]", "user": "todo"}`,
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest": "[private key]\nrest",
		"token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlIn0.c2lnbmF0dXJlLXg":             "token [token]",
		"image sha256:9f2c1b7a4f6d1e0b5c8a7d6e5f4c3b2a":                              "image sha256:9f2c1b7a4f6d1e0b5c8a7d6e5f4c3b2a",
		"from http://todo.local:30080/api/tasks, at 12:00:01":                        "from http://todo.local:30080/api/tasks, at 12:00:01",
	} {
		if got := redact(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestReasonHasWhatWasExpectedAndSeen(t *testing.T) {
	for failure, want := range map[string]string{
		"partitions of task-events\n  expected: 3\n  seen:     2\n  from:     broker\n  object:\n    seen: x": "partitions of task-events, expected 3, seen 2",
		"boom\ngoroutine 1 [running]": "boom",
		"":                            "",
	} {
		if got := reason(failure); got != want {
			t.Errorf("%q is summed up as %q, want %q", failure, got, want)
		}
	}
}

func TestLongEvidenceIsCut(t *testing.T) {
	long, err := json.Marshal(Evidence{What: "page", Seen: strings.Repeat("é", evidenceLimit)})
	if err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(types.SpecReport{ReportEntries: types.ReportEntries{
		{Name: evidenceName, Value: types.WrapEntryValue(json.RawMessage(long))},
		{Name: evidenceName, Value: types.WrapEntryValue(json.RawMessage(`{"what": "diagnostics", "seen": "/some/where"}`))},
		{Name: "another entry", Value: types.WrapEntryValue(json.RawMessage(`{"what": "no evidence"}`))},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var s types.SpecReport
	if err := json.Unmarshal(written, &s); err != nil {
		t.Fatal(err)
	}
	all := evidence(s)
	if len(all) != 1 || len(all[0].Seen) > evidenceLimit+len("…") || !strings.HasSuffix(all[0].Seen, "é…") {
		t.Errorf("%d pieces of evidence, the first of %d bytes", len(all), len(all[0].Seen))
	}
}
