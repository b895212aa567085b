package anomaly_test

import (
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// TestOneLostInAMillion takes one event out of a recording of a million and wants
// it named, and nothing else.
func TestOneLostInAMillion(t *testing.T) {
	if testing.Short() {
		t.Skip("a million events take a while")
	}
	rules := recording.Rules()
	h := recording.Make(recording.Options{Seed: 1, Changes: 370_000, Rate: 5000, Probes: 100, Poison: 10, Unanswered: 0.001, Refused: 0.01, Faults: []string{"broker-pod-kill"}})
	v := judge.Judge(h, rules)
	if v.Result != judge.Pass || v.Totals.InKafka < 1_000_000 {
		t.Fatalf("the clean recording: %s %+v %v", v.Result, v.Totals, v.Reasons)
	}
	// The one in the middle of those that an answer names, without counting as the
	// kinds do, which look at everything again for each record.
	named := map[string]bool{}
	for _, r := range h.Requests {
		named[r.Event] = r.Event != ""
	}
	seen := map[string]int{}
	for _, r := range h.Records {
		seen[r.ID]++
	}
	lost := -1
	for i := len(h.Records) / 2; i < len(h.Records); i++ {
		if r := h.Records[i]; named[r.ID] && seen[r.ID] == 1 {
			lost = i
			break
		}
	}
	id := h.Records[lost].ID
	erase(h, lost)
	v = judge.Judge(h, rules)
	if v.Result != judge.Fail || v.Totals.Lost != 1 {
		t.Fatalf("%s %+v %v", v.Result, v.Totals, v.Reasons)
	}
	for _, g := range v.Guarantees {
		switch {
		case g.Name == judge.InKafka:
			if g.Count != 1 || g.Violations[0].ID != id || g.Violations[0].Class != judge.Lost {
				t.Errorf("%s: %+v", g.Name, g.Violations)
			}
		case g.Result == judge.Fail && g.Name != judge.Requested && g.Name != judge.AllEnded:
			t.Errorf("%s is broken too: %+v", g.Name, g.Violations)
		}
	}
}

// erase takes a record out of its log and forgets its effects.
func erase(h *history.History, i int) {
	gone := h.Records[i]
	h.Records = append(h.Records[:i], h.Records[i+1:]...)
	for n := range h.Records {
		if r := &h.Records[n]; r.Topic == gone.Topic && r.Partition == gone.Partition && r.Offset > gone.Offset {
			r.Offset--
		}
	}
	for n := range h.Bounds {
		if b := &h.Bounds[n]; b.Topic == gone.Topic && b.Partition == gone.Partition && b.Next > gone.Offset {
			b.Next--
		}
	}
	for n := range h.Commits {
		if c := &h.Commits[n]; c.Topic == gone.Topic && c.Partition == gone.Partition && c.Offset > gone.Offset {
			c.Offset--
		}
	}
	left := h.Effects[:0]
	for _, e := range h.Effects {
		if e.ID != gone.ID {
			left = append(left, e)
		}
	}
	h.Effects = left
}
