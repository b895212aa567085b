package judge_test

import (
	"slices"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// recreate has a topic of a recording be deleted and recreated at a moment: what came
// later is in its second life, where offsets start again.
func recreate(h *history.History, topic string, at history.Nanos) {
	start := map[int32]int64{} // of the second life, in offsets of the first
	for _, r := range h.Records {
		if r.Topic == topic && r.Seen < at {
			start[r.Partition] = max(start[r.Partition], r.Offset+1)
		}
	}
	for i := range h.Records {
		if r := &h.Records[i]; r.Topic == topic && r.Seen >= at {
			r.Life, r.Offset = 1, r.Offset-start[r.Partition]
		}
	}
	for i := range h.Bounds {
		if b := &h.Bounds[i]; b.Topic == topic && b.Seen >= at {
			b.Life, b.Next = 1, b.Next-start[b.Partition]
		}
	}
	h.Commits = slices.DeleteFunc(h.Commits, func(c history.Commit) bool {
		return c.Topic == topic && c.Seen >= at && c.Offset < start[c.Partition]
	})
	for i := range h.Commits {
		if c := &h.Commits[i]; c.Topic == topic && c.Seen >= at {
			c.Life, c.Offset = 1, c.Offset-start[c.Partition]
		}
	}
}

func TestATopicIsMadeAnew(t *testing.T) {
	o := recording.Small(5)
	o.Faults, o.Rollout = nil, false
	at := history.Nanos(15 * time.Second)
	fresh := func() *history.History {
		h := recording.Make(o)
		recreate(h, "task-updates", at)
		return h
	}
	h := fresh()
	if !slices.ContainsFunc(h.Records, func(r history.Record) bool { return r.Life == 1 }) {
		t.Fatal("nothing is in the second life")
	}
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Pass {
		t.Error(explain(v))
	}

	// An event of the first life that nobody processed went with the topic.
	h = fresh()
	i := slices.IndexFunc(h.Records, func(r history.Record) bool { return r.Type == "task.sync" && r.Life == 0 && r.Invalid == "" })
	id := h.Records[i].ID
	h.Effects = slices.DeleteFunc(h.Effects, func(e history.Effect) bool { return e.ID == id })
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Fail || v.Totals.Lost != 1 {
		t.Error(explain(v))
	}

	// Offsets that start again without a new life are a log that was rewritten.
	h = fresh()
	for i := range h.Bounds {
		h.Bounds[i].Life = 0
	}
	for i := range h.Records {
		h.Records[i].Life = 0
	}
	for i := range h.Commits {
		h.Commits[i].Life = 0
	}
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Fail {
		t.Error(explain(v))
	}
}
