package replay

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/judge"
)

// recorded copies a run of the repository to where it may be written to.
func recorded(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("../../docs/runs", name))); err != nil {
		t.Fatal(err)
	}
	return dir
}

func broken(v *judge.Verdict) (names []string) {
	for _, g := range v.Guarantees {
		if g.Result == judge.Fail || g.Result == judge.Inconclusive {
			names = append(names, g.Name)
		}
	}
	return names
}

func TestTheHealthyRunPasses(t *testing.T) {
	dir := recorded(t, "healthy")
	saved, err := os.ReadFile(filepath.Join(dir, "history/eventing", judge.VerdictFile))
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := Run(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(verdicts) != 1 || verdicts[0].Result != judge.Pass || verdicts[0].Totals.Processed == 0 {
		t.Fatalf("%+v", verdicts)
	}
	out := t.TempDir()
	if err := Save(out, verdicts); err != nil {
		t.Fatal(err)
	}
	again, err := os.ReadFile(filepath.Join(out, "history/eventing", judge.VerdictFile))
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != string(saved) {
		t.Error("the verdict that is kept with the run is not what the judge says today: replay it and commit")
	}
}

// TestReplayWritesNothing compares a run before and after it was replayed.
func TestReplayWritesNothing(t *testing.T) {
	dir := recorded(t, "lost-event")
	saved := filepath.Join(dir, "history/eventing", judge.VerdictFile)
	if err := os.WriteFile(saved, []byte("{}\n"), 0o644); err != nil { // as another judge wrote it
		t.Fatal(err)
	}
	before := contents(t, dir)
	if _, err := Run(dir); err != nil {
		t.Fatal(err)
	}
	if after := contents(t, dir); !reflect.DeepEqual(before, after) {
		t.Error("the run is another one after its replay")
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestAVerdictAloneIsRecorded replays a run that was made small.
func TestAVerdictAloneIsRecorded(t *testing.T) {
	dir := recorded(t, "healthy")
	small := filepath.Join(dir, "history", "app-pod-kill")
	if err := judge.SaveVerdict(must(t, small), &judge.Verdict{Version: judge.VerdictVersion, Result: judge.Pass}); err != nil {
		t.Fatal(err)
	}
	verdicts, err := Run(dir)
	if err != nil || len(verdicts) != 1 || verdicts[0].Experiment != "eventing" {
		t.Errorf("%v, %v", verdicts, err)
	}
}

// must makes a directory.
func must(t *testing.T, dir string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestVerdictsStaySmall(t *testing.T) {
	for name, v := range map[string]*judge.Verdict{
		"long texts":      wide(2, 1, 6<<20),
		"many violations": wide(100, 1000, 400),
		"long IDs":        {Guarantees: []judge.Guarantee{{Violations: []judge.Violation{{ID: strings.Repeat("x", 8<<20)}}}}},
		"long traces":     {Guarantees: []judge.Guarantee{{Violations: []judge.Violation{{Trace: slices.Repeat([]string{strings.Repeat("y", 1000)}, 9000)}}}}},
		"long reasons":    {Reasons: []string{strings.Repeat("z", 9<<20)}},
	} {
		v.Experiment = "wide"
		out := t.TempDir()
		if err := Save(out, []*judge.Verdict{v}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		content, err := os.ReadFile(filepath.Join(out, "history/wide", judge.VerdictFile))
		if err != nil {
			t.Fatal(err)
		}
		if len(content) > 5<<20 || !strings.Contains(string(content), "cut: ") {
			t.Errorf("%s: %d bytes, says what was cut: %v", name, len(content), strings.Contains(string(content), "cut: "))
		}
	}
}

// wide is a verdict with guarantees, violations of each and texts so long.
func wide(guarantees, violations, length int) *judge.Verdict {
	text := strings.Repeat("<", length) // six bytes each in JSON
	v := &judge.Verdict{}
	for range guarantees {
		g := judge.Guarantee{Name: "g", Result: judge.Fail}
		for range violations {
			g.Violations = append(g.Violations, judge.Violation{Class: "invalid", ID: "1", Text: text, Trace: []string{text}})
		}
		v.Guarantees = append(v.Guarantees, g)
	}
	return v
}

func TestTheInjectedLossIsFound(t *testing.T) {
	verdicts, err := Run(recorded(t, "lost-event"))
	if err != nil {
		t.Fatal(err)
	}
	v := verdicts[0]
	want := []string{judge.InKafka, judge.Requested, judge.AllEnded}
	if got := broken(v); v.Result != judge.Fail || !reflect.DeepEqual(got, want) {
		t.Fatalf("%s by %v, want %v", v.Result, got, want)
	}
	at := slices.IndexFunc(v.Guarantees, func(g judge.Guarantee) bool { return g.Name == judge.InKafka })
	lost := v.Guarantees[at].Violations
	if len(lost) != 1 || lost[0].Class != judge.Lost || len(lost[0].Trace) == 0 || !strings.Contains(lost[0].Trace[0], "accepted") {
		t.Errorf("%+v", lost)
	}
}

// TestATruncatedRunIsInconclusive replays what a killed suite leaves behind. What
// can be judged still is.
func TestATruncatedRunIsInconclusive(t *testing.T) {
	dir := recorded(t, "healthy")
	path := filepath.Join(dir, "history/eventing/records.jsonl")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content[:len(content)*2/3], 0o644); err != nil {
		t.Fatal(err)
	}
	verdicts, err := Run(dir)
	if err != nil {
		t.Fatal(err)
	}
	v := verdicts[0]
	if v.Result != judge.Inconclusive || v.Totals.Processed == 0 || !strings.Contains(v.Reasons[0], "truncated") {
		t.Errorf("%s %+v: %v", v.Result, v.Totals, v.Reasons)
	}
}

// TestAnEditedRunIsInconclusive replays a history out of which somebody took the
// evidence of a loss.
func TestAnEditedRunIsInconclusive(t *testing.T) {
	dir := recorded(t, "lost-event")
	path := filepath.Join(dir, "history/eventing/requests.jsonl")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(content), "\n")
	if err := os.WriteFile(path, []byte(strings.Join(slices.Delete(lines, 3, 4), "")), 0o644); err != nil {
		t.Fatal(err)
	}
	verdicts, err := Run(dir)
	if err != nil {
		t.Fatal(err)
	}
	if v := verdicts[0]; v.Result != judge.Inconclusive || !strings.Contains(strings.Join(v.Reasons, "\n"), "edited") {
		t.Errorf("%s: %v", v.Result, v.Reasons)
	}
}

func TestReplayNeedsAHistory(t *testing.T) {
	if _, err := Run(t.TempDir()); err == nil {
		t.Error("a directory without a run was replayed")
	}
	empty := t.TempDir()
	if err := os.Mkdir(filepath.Join(empty, "history"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(empty); err == nil {
		t.Error("a run without a history was replayed")
	}
	odd := recorded(t, "healthy")
	if err := os.WriteFile(filepath.Join(odd, "history/eventing", judge.RulesFile), []byte(`{"Colour": 1}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(odd); err == nil {
		t.Error("rules with an unknown member were taken")
	}
}
