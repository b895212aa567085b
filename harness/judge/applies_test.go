package judge_test

import (
	"strings"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/orders"
	"assay.dev/assay/harness/judge/recording"
	"assay.dev/assay/spec"
)

// TestWhatIsNotInTheSpecificationDoesNotApply takes tables away: what they are needed for does
// not apply, says why, and neither passes nor makes the history inconclusive. Nothing panics.
func TestWhatIsNotInTheSpecificationDoesNotApply(t *testing.T) {
	for name, c := range map[string]struct {
		take  func(*spec.Spec)
		names []string
	}{
		"nothing":       {func(*spec.Spec) {}, []string{judge.ProcessingOrder}},
		"requests":      {func(s *spec.Spec) { s.Load.Requests = nil }, []string{judge.Requested, judge.ExpectedEvents, judge.CountedEvents, judge.Derived}},
		"load":          {func(s *spec.Spec) { s.Load = spec.Traffic{} }, []string{judge.LoadReached, judge.Requested}},
		"dead letters":  {func(s *spec.Spec) { s.Topics = s.Topics[:3] }, []string{judge.FailedDeadLetters, judge.NoFalseDeadLetter, judge.DeadLetterCopies}},
		"keys":          {func(s *spec.Spec) { s.Events[0].Key, s.Events[1].Key = "", "" }, []string{judge.Partitions, judge.KafkaOrder}},
		"families":      {func(s *spec.Spec) { s.Events, s.Load.Requests = nil, nil }, []string{judge.Families, judge.Valid}},
		"subscriptions": {func(s *spec.Spec) { s.Dapr.Subscriptions = nil }, []string{judge.EveryDelivery, judge.ProcessedAcked, judge.AllEnded, judge.NoDuplicates}},
		"further events": {func(s *spec.Spec) {
			for i := range s.Load.Requests {
				s.Load.Requests[i].Expects = s.Load.Requests[i].Expects[:1]
			}
		}, []string{judge.ExpectedEvents, judge.CountedEvents, judge.Derived}},
	} {
		s, err := orders.Load()
		if err != nil {
			t.Fatal(err)
		}
		c.take(s)
		v := judge.Judge(&history.History{}, judge.FromSpec(s))
		for _, g := range v.Guarantees {
			if g.Result == judge.NotApplicable && (g.Checked != 0 || !strings.Contains(g.Text, "does not apply: ")) {
				t.Errorf("without %s: %+v", name, g)
			}
		}
		for _, guarantee := range c.names {
			if got := result(v, guarantee); got != judge.NotApplicable {
				t.Errorf("without %s %s is %q", name, guarantee, got)
			}
		}
		for _, reason := range v.Reasons {
			for _, guarantee := range c.names {
				if strings.HasPrefix(reason, guarantee+":") {
					t.Errorf("without %s: %s", name, reason)
				}
			}
		}
	}
}

// TestWeakerVisibilityIsNamed looks for the application that shows nothing, in the verdict
// and in what is said of a guarantee that rests on effects.
func TestWeakerVisibilityIsNamed(t *testing.T) {
	o := recording.Small(4)
	o.Spec, o.Faults = orders.Must(), nil
	v := judge.Judge(recording.Make(o), recording.RulesOf(orders.Must()))
	weak := map[string]bool{}
	for _, e := range v.Shown {
		weak[e.Group+" "+e.Topic] = e.Weak
	}
	for subscription, want := range map[string]bool{"ledger orders": false, "dispatcher shipments": true, "dispatcher stock": true, recording.Probe + " " + recording.ProbeTopic: false} {
		if got, known := weak[subscription]; !known || got != want {
			t.Errorf("%s: weak %t, known %t", subscription, got, known)
		}
	}
	for _, g := range v.Guarantees {
		if g.Name == judge.ProcessedAcked && !strings.Contains(g.Text, "Weaker evidence: only committed offsets show what dispatcher on shipments, dispatcher on stock processed") {
			t.Errorf("%s says %q", g.Name, g.Text)
		}
	}
}

// TestAnEventThatNobodyTakesAsADeadLetter has an invalid event in a topic without dead
// letters: it owes none, and waits as long as its subscriber tries it.
func TestAnEventThatNobodyTakesAsADeadLetter(t *testing.T) {
	for _, waits := range []bool{false, true} {
		o := recording.Small(4)
		o.Spec, o.Faults, o.Unanswered = orders.Must(), nil, 0
		h := recording.Make(o)
		at := near(h)
		rec := put(h, history.Record{Seen: at, Topic: "stock", Stamp: stamp(h, at), ID: "s-1", Type: "stock.counted", SHA256: strings.Repeat("ab", 32), Size: 9, Invalid: "data.left: missing"})
		h.Publishes = append(h.Publishes, history.Publish{Start: at - 1e9, End: at, Via: "kafka", Topic: "stock", ID: "s-1", Type: "stock.counted", Result: history.Accepted, SHA256: rec.SHA256, Offset: rec.Offset, Expect: "failed"})
		if waits {
			for i := range h.Commits {
				if c := &h.Commits[i]; c.Topic == "stock" && c.Offset > rec.Offset {
					c.Offset = rec.Offset
				}
			}
		}
		v := judge.Judge(h, recording.RulesOf(orders.Must()))
		want := map[bool]judge.Result{false: judge.Pass, true: judge.Fail}[waits]
		if got := result(v, judge.AllEnded); got != want || result(v, judge.FailedDeadLetters) == judge.Fail {
			t.Errorf("it waits: %t, and %s is %s: %s", waits, judge.AllEnded, got, explain(v))
		}
	}
}
