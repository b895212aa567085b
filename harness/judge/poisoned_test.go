package judge_test

import (
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// poisonedTopic takes the poisoned record, poisonedGroup is its only subscriber.
const (
	poisonedTopic = "reminders"
	poisonedGroup = "notification-worker"
)

// poisoned is a recording with a record that may end the sidecar, at the end of its
// partition.
func poisoned(t *testing.T) (*history.History, history.Record) {
	t.Helper()
	o := recording.Small(7)
	o.Watched = true
	h := cleanOf(t, o)
	at := history.Nanos(0)
	for _, r := range h.Records {
		at = max(at, r.Seen)
	}
	sha := strings.Repeat("d", 64)
	rec := put(h, history.Record{Seen: at, Topic: poisonedTopic, Stamp: stamp(h, at), SHA256: sha, Size: 4, Invalid: "not an event",
		Headers: []history.RecordHeader{{Name: "traceparent", Value: "none"}}})
	h.Publishes = append(h.Publishes, history.Publish{Start: at - 1e8, End: at - 1e7, Via: "kafka", Topic: poisonedTopic,
		Result: history.Accepted, SHA256: sha, Partition: rec.Partition, Offset: rec.Offset, Expect: "poisoned"})
	return h, rec
}

// skip has another hand move the group past the record, as the broker's observer sees it.
func skip(h *history.History, rec history.Record) {
	last := len(h.Commits) - 1
	h.Commits[last].Seen = rec.Seen + 20e9
	h.Groups = append(h.Groups, history.Group{Seen: rec.Seen + 15e9, Group: poisonedGroup, State: "Empty", Generation: 2},
		history.Group{Seen: rec.Seen + 25e9, Group: poisonedGroup, State: "Stable", Generation: 3, Members: []string{"next"}})
	h.Moves = append(h.Moves, history.Move{Seen: rec.Seen + 20e9, Group: poisonedGroup, Topic: rec.Topic, Partition: rec.Partition,
		From: rec.Offset, To: rec.Offset + 1})
}

func TestAPoisonedRecordIsDeadLetteredOrSkipped(t *testing.T) {
	deadLettered, rec := poisoned(t)
	put(deadLettered, history.Record{Seen: rec.Seen + 1e9, Topic: poisonedTopic + "-dlq", Stamp: rec.Stamp, SHA256: rec.SHA256})
	skipped, rec := poisoned(t)
	skip(skipped, rec)
	both, rec := poisoned(t) // it was dead-lettered, and the sidecar ended before it had committed that
	put(both, history.Record{Seen: rec.Seen + 1e9, Topic: poisonedTopic + "-dlq", Stamp: rec.Stamp, SHA256: rec.SHA256})
	skip(both, rec)
	both.Faults = append(both.Faults, history.Fault{Name: "poison-headers", Requested: rec.Seen - 1e9, Effective: rec.Seen, Proof: "ended",
		Recovery: rec.Seen + 18e9, Recovered: rec.Seen + 26e9, KubernetesReady: rec.Seen + 26e9, EventsFlowing: rec.Seen + 26e9})
	for name, h := range map[string]*history.History{"dead-lettered": deadLettered, "skipped": skipped, "both": both} {
		if v := judge.Judge(h, recording.Rules()); v.Result != judge.Pass {
			t.Errorf("%s: %s", name, explain(v))
		}
	}
}

func TestAPoisonedRecordThatCameToNoEndIsLost(t *testing.T) {
	h, _ := poisoned(t) // it is committed, without a dead letter and without a move
	if bad := notPassed(t, h, recording.Rules()); bad[judge.FailedDeadLetters].Result != judge.Fail {
		t.Errorf("%+v", bad)
	}
	h, rec := poisoned(t)
	h.Commits[len(h.Commits)-1].Offset = rec.Offset // the group still stands before it
	if bad := notPassed(t, h, recording.Rules()); bad[judge.AllEnded].Result != judge.Fail {
		t.Errorf("%+v", bad)
	}
}

// TestWhatIsSkippedWithAPoisonedRecordIsLost moves the offset past a reminder, too.
func TestWhatIsSkippedWithAPoisonedRecordIsLost(t *testing.T) {
	h, rec := poisoned(t)
	skip(h, rec)
	victim := slices.IndexFunc(h.Records, func(r history.Record) bool {
		return r.Topic == poisonedTopic && r.Partition == rec.Partition && r.Offset == rec.Offset-1
	})
	id := h.Records[victim].ID
	h.Effects = slices.DeleteFunc(h.Effects, func(e history.Effect) bool { return e.ID == id })
	h.Moves[len(h.Moves)-1].From = rec.Offset - 1
	bad := notPassed(t, h, recording.Rules())
	if g := bad[judge.ProcessedAcked]; g.Result != judge.Fail || g.Count != 1 || g.Violations[0].ID != id {
		t.Errorf("%+v", bad)
	}
}

// TestAPoisonedRecordThatBlocksOthersIsNotIsolated has all other groups stand still from
// the poisoned record until it is skipped.
func TestAPoisonedRecordThatBlocksOthersIsNotIsolated(t *testing.T) {
	for _, blocked := range []bool{false, true} {
		h, rec := poisoned(t)
		skip(h, rec)
		sha := strings.Repeat("e", 64)
		id := "0a2f9d6e-0f4b-4c43-9a51-000000000001"
		other := put(h, history.Record{Seen: rec.Seen + 2e9, Topic: "task-updates", Stamp: rec.Stamp, ID: id, Type: "task.sync", Key: "k", EventKey: "k",
			Label: "update", SHA256: sha, Size: 9})
		h.Publishes = append(h.Publishes, history.Publish{Start: rec.Seen + 1e9, End: other.Seen - 1e7, Via: "kafka", Topic: other.Topic, ID: id, Key: "k",
			Type: "task.sync", Result: history.Accepted, SHA256: sha, Partition: other.Partition, Offset: other.Offset, Expect: "processed"})
		at := other.Seen + 1e9
		if blocked {
			at = rec.Seen + 30e9
		}
		for i := range h.Commits {
			c := &h.Commits[i]
			if own := c.Topic == other.Topic && c.Partition == other.Partition && c.Offset == other.Offset+1; own ||
				blocked && c.Topic != poisonedTopic && c.Seen > rec.Seen && c.Seen < at {
				c.Seen = at
			}
		}
		h.Effects = append(h.Effects, history.Effect{Seen: at, Group: "websocket-worker", Topic: other.Topic, ID: id, Times: 1})
		v := judge.Judge(h, recording.Rules())
		if want := map[bool]judge.Result{false: judge.Pass, true: judge.Fail}[blocked]; result(v, judge.PoisonIsolated) != want {
			t.Errorf("blocked %v: %s", blocked, explain(v))
		}
	}
}
