package judge_test

import (
	"slices"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// withGapIn has the observer of records miss something of one topic of a recording.
func withGapIn(topic string) *history.History {
	h := recording.Make(recording.Small(7))
	for i := range h.Observers {
		if slices.Contains(h.Observers[i].Kinds, history.Records) {
			h.Observers[i].Gaps = []history.Gap{{
				From: history.Nanos(5 * time.Second), To: history.Nanos(8 * time.Second), Why: "the topic was recreated", Topic: topic,
			}}
		}
	}
	return h
}

// results are those of the guarantees, by name.
func results(v *judge.Verdict) map[string]judge.Result {
	all := map[string]judge.Result{}
	for _, g := range v.Guarantees {
		all[g.Name] = g.Result
	}
	return all
}

// without removes the first event of a type from Kafka.
func without(h *history.History, kind string) {
	i := slices.IndexFunc(h.Records, func(r history.Record) bool { return r.Type == kind && r.Invalid == "" })
	id := h.Records[i].ID
	h.Records = slices.DeleteFunc(h.Records, func(r history.Record) bool { return r.ID == id })
}

func TestAGapInOneTopicMakesThatTopicInconclusive(t *testing.T) {
	v := judge.Judge(withGapIn("reminders"), recording.Rules())
	if v.Result != judge.Inconclusive {
		t.Error(explain(v))
	}
	got := results(v)
	for name, want := range map[string]judge.Result{
		judge.CountedEvents: judge.Inconclusive, judge.Offsets: judge.Inconclusive, judge.ObserversComplete: judge.Inconclusive,
		judge.Requested: judge.Pass, judge.ExpectedEvents: judge.Pass, judge.Lifecycle: judge.Pass, judge.LoadReached: judge.Pass,
	} {
		if got[name] != want {
			t.Errorf("%s is %s, want %s", name, got[name], want)
		}
	}
}

func TestAnObservationGapExcusesNothingElsewhere(t *testing.T) {
	h := withGapIn("reminders")
	without(h, "task.sync")
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Fail || results(v)[judge.ExpectedEvents] != judge.Fail {
		t.Error(explain(v))
	}
	h = withGapIn("reminders")
	without(h, "reminder.scheduled")
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Inconclusive || results(v)[judge.CountedEvents] != judge.Inconclusive {
		t.Error(explain(v))
	}
}
