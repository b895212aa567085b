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
	kept, err := os.ReadFile(filepath.Join(dir, "history/eventing", judge.VerdictFile))
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
	again, err := os.ReadFile(filepath.Join(dir, "history/eventing", judge.VerdictFile))
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != string(kept) {
		t.Error("the verdict that is kept with the run is not what the judge says today: replay it and commit")
	}
}

func TestThePlantedLossIsFound(t *testing.T) {
	verdicts, err := Run(recorded(t, "planted-loss"))
	if err != nil {
		t.Fatal(err)
	}
	v := verdicts[0]
	want := []string{judge.InKafka, judge.Changes, judge.AllEnded}
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
	dir := recorded(t, "planted-loss")
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
