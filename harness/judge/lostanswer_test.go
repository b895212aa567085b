package judge_test

import (
	"slices"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// unanswered is a clean recording in which the acknowledgement of an event to the
// recording subscriber was lost times times before the last one arrived.
func unanswered(t *testing.T, times int) (*history.History, string) {
	t.Helper()
	h := clean(t)
	at := slices.IndexFunc(h.Deliveries, func(d history.Delivery) bool {
		return d.Answer == history.Success && d.Attempt == 1 && !slices.ContainsFunc(h.Publishes, func(p history.Publish) bool { return p.ID == d.ID && p.Expect != "" })
	})
	first := h.Deliveries[at]
	for n := range times {
		lost := first
		lost.Answer, lost.Attempt = history.Lost, n+1
		lost.Seen -= history.Nanos(times-n) * 1000
		h.Deliveries = slices.Insert(h.Deliveries, at+n, lost)
	}
	h.Deliveries[at+times].Attempt = times + 1
	return h, first.ID
}

func TestALostAcknowledgementExcusesOneRepeat(t *testing.T) {
	h, id := unanswered(t, 1)
	v := judge.Judge(h, recording.Rules())
	if v.Result != judge.Pass || reached(v, judge.LostAcknowledgement) != 1 || reached(v, judge.Redelivery) != 1 {
		t.Errorf("%d times: %s", reached(v, judge.LostAcknowledgement), explain(v))
	}
	h.Deliveries = append(h.Deliveries, history.Delivery{Seen: h.Deliveries[len(h.Deliveries)-1].Seen + 1, Group: recording.Probe,
		Topic: recording.ProbeTopic, ID: id, Answer: history.Success, Attempt: 3})
	if bad := notPassed(t, h, recording.Rules()); bad[judge.NoDuplicates].Count != 1 {
		t.Errorf("a repeat more than answers were lost: %+v", bad)
	}
}

func TestALostAcknowledgementIsNoProcessingThatFailed(t *testing.T) {
	h, id := unanswered(t, 1)
	h.Deliveries = slices.DeleteFunc(h.Deliveries, func(d history.Delivery) bool { return d.ID == id && d.Answer == history.Success })
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Pass { // it was processed
		t.Error(explain(v))
	}
}

// TestLostAcknowledgementsMayEndInADeadLetter has no answer arrive at all: Dapr cannot
// tell that from a subscriber that fails.
func TestLostAcknowledgementsMayEndInADeadLetter(t *testing.T) {
	for _, times := range []int{2, 6} {
		h, id := unanswered(t, times)
		h.Deliveries = slices.DeleteFunc(h.Deliveries, func(d history.Delivery) bool { return d.ID == id && d.Answer == history.Success })
		at := slices.IndexFunc(h.Records, func(r history.Record) bool { return r.ID == id })
		letter := h.Records[at]
		letter.Topic, letter.Partition, letter.Seen = recording.ProbeTopic+"-dlq", 0, letter.Seen+1e9
		put(h, letter)
		bad := notPassed(t, h, recording.Rules())
		if got, want := bad[judge.NoFalseDeadLetter].Count, int64(map[int]int{2: 1, 6: 0}[times]); got != want {
			t.Errorf("%d lost answers: %+v", times, bad)
		}
	}
}
