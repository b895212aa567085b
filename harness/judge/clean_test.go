package judge_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// anyOptions draws a recording: of each size, with any of the faults and shares, or
// none. What fails is made smaller until it fails no more.
var anyOptions = rapid.Custom(func(t *rapid.T) recording.Options {
	o := recording.Options{
		Seed:       rapid.Int64().Draw(t, "seed"),
		Changes:    rapid.IntRange(20, 220).Draw(t, "changes"),
		Rate:       rapid.Float64Range(1, 10).Draw(t, "rate"),
		Probes:     rapid.IntRange(0, 80).Draw(t, "probes"),
		Poison:     rapid.IntRange(0, 9).Draw(t, "poison"),
		Unanswered: rapid.Float64Range(0, 0.1).Draw(t, "unanswered"),
		Refused:    rapid.Float64Range(0, 0.1).Draw(t, "refused"),
		Rollout:    rapid.Bool().Draw(t, "rollout"),

		Watched:      rapid.Bool().Draw(t, "watched"),
		Transactions: rapid.Float64Range(0, 0.3).Draw(t, "transactions"),
		Binary:       rapid.Float64Range(0, 0.5).Draw(t, "binary"),
		Rebalances:   rapid.IntRange(0, 3).Draw(t, "rebalances"),
		Truncated:    rapid.Bool().Draw(t, "truncated"),
		Silent:       rapid.Bool().Draw(t, "silent"),
	}
	for _, fault := range []string{"app-pod-kill", "broker-pod-kill", "postgresql-outage"} {
		if rapid.Bool().Draw(t, fault) {
			o.Faults = append(o.Faults, fault)
		}
	}
	return o
})

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

// TestCleanRecordingsRaiseNoAlarm judges a hundred recordings, or as many as
// -rapid.checks says. A failure prints the flag that repeats it.
func TestCleanRecordingsRaiseNoAlarm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := anyOptions.Draw(t, "recording")
		v := judge.Judge(recording.Make(o), recording.Rules())
		if v.Result != judge.Pass {
			t.Errorf("%+v\n%s", o, explain(v))
		}
		if got := v.Totals; got.Accepted+got.Found != got.Processed+got.Failed+got.Expired+got.Queued+got.Lost {
			t.Errorf("%+v: the totals do not add up: %+v", o, got)
		}
	})
}

// TestAHundredCleanHistories judges a hundred recordings of fixed seeds, each with
// everything at once: markers and aborted transactions, headers, the binary content
// mode where it is legal, rebalances with records in flight, lost acknowledgements, truncated logs, and half of them with faults.
func TestAHundredCleanHistories(t *testing.T) {
	holes, headers, binary, rebalances, lost := 0, 0, 0, int64(0), int64(0)
	for seed := range int64(100) {
		o := recording.Small(seed)
		o.Watched, o.Transactions, o.Binary, o.Rebalances, o.Truncated = true, 0.2, 0.3, 1+int(seed%3), true
		if seed%2 == 0 {
			o.Faults = nil
		}
		h := recording.Make(o)
		holes += len(h.Holes)
		for _, r := range h.Records {
			headers += len(r.Headers)
			if r.Mode == history.BinaryMode && len(r.Headers) > 0 {
				binary++
			}
		}
		v := judge.Judge(h, recording.Rules())
		if v.Result != judge.Pass {
			t.Errorf("seed %d: %s", seed, explain(v))
		}
		rebalances += reached(v, judge.GroupRebalance)
		lost += reached(v, judge.LostAcknowledgement)
	}
	text := fmt.Sprintf("%d holes, %d headers, %d binary records, %d rebalances with records in flight, %d lost acknowledgements", holes, headers, binary, rebalances, lost)
	t.Log(text)
	if holes < 1000 || headers < 1000 || binary < 1000 || rebalances < 50 || lost < 100 {
		t.Errorf("%s are not everything at once", text)
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
