package judge_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// cleanRecordings is how many recordings must raise no alarm.
const cleanRecordings = 100

// options draws a recording from a seed: of each size, with any of the faults and
// shares, or none.
func options(seed int64) recording.Options {
	rng := rand.New(rand.NewPCG(uint64(seed), 1))
	o := recording.Options{
		Seed: seed, Changes: 20 + rng.IntN(200), Rate: 1 + 9*rng.Float64(), Probes: rng.IntN(80), Poison: rng.IntN(9),
		Unanswered: 0.1 * rng.Float64(), Refused: 0.1 * rng.Float64(), Rollout: rng.IntN(2) == 0,
	}
	for _, fault := range []string{"app-pod-kill", "broker-pod-kill", "postgresql-outage"} {
		if rng.IntN(2) == 0 {
			o.Faults = append(o.Faults, fault)
		}
	}
	return o
}

// explain shows what of a verdict is not pass.
func explain(v *judge.Verdict) string {
	text := fmt.Sprintf("%s %+v\n", v.Result, v.Totals)
	for _, g := range v.Guarantees {
		if g.Result == judge.Pass || g.Result == judge.NotRun {
			continue
		}
		text += fmt.Sprintf("%s is %s: %s\n", g.Name, g.Result, g.Text)
		for _, one := range g.Violations[:min(3, len(g.Violations))] {
			text += fmt.Sprintf("  %s %s: %s\n", one.Class, one.ID, one.Text)
			for _, line := range one.Trace {
				text += "      " + line + "\n"
			}
		}
	}
	return text
}

func TestCleanRecordingsRaiseNoAlarm(t *testing.T) {
	for seed := range int64(cleanRecordings) {
		h := recording.Make(options(seed))
		v := judge.Judge(h, recording.Rules())
		if v.Result != judge.Pass {
			t.Errorf("seed %d: %+v\n%s", seed, options(seed), explain(v))
		}
		if got := v.Totals; got.Accepted+got.Found != got.Processed+got.Failed+got.Expired+got.Queued+got.Lost {
			t.Errorf("seed %d: the totals do not add up: %+v", seed, got)
		}
	}
}

// TestTheSameHistoryGetsTheSameVerdict judges a history in memory, again, and
// from the disk.
func TestTheSameHistoryGetsTheSameVerdict(t *testing.T) {
	h := recording.Make(recording.Small(3))
	if again := recording.Make(recording.Small(3)); !reflect.DeepEqual(h, again) {
		t.Fatal("the same seed made two recordings")
	}
	dir := filepath.Join(t.TempDir(), "small")
	if err := h.Save(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := history.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(h, loaded) {
		t.Error("the history changed on its way through the disk")
	}
	want := judge.Judge(h, recording.Rules())
	fromDisk, err := judge.JudgeDir(dir, recording.Rules())
	if err != nil {
		t.Fatal(err)
	}
	for n, got := range []*judge.Verdict{judge.Judge(h, recording.Rules()), judge.Judge(loaded, recording.Rules()), fromDisk} {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("verdict %d differs:\n%s\nfrom\n%s", n, explain(got), explain(want))
		}
	}
}
