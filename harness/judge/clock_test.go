package judge_test

import (
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

const (
	asleep = 2 * time.Hour
	when   = history.Nanos(20 * time.Second)
)

// sleep has the machine sleep at a moment: all moments stay, for the monotonic clock stood still, and what the
// wall clock gave afterwards is two hours later.
func sleep(h *history.History) {
	for i := range h.Records {
		if r := &h.Records[i]; h.Header.Base.Add(time.Duration(when)).UnixMilli() <= r.Stamp {
			r.Stamp += asleep.Milliseconds()
			if r.Expires != 0 {
				r.Expires += asleep.Milliseconds()
			}
		}
	}
}

// timed adds an event to the recording subscriber's topic that is accepted at 10 s and expires after ttl.
func timed(h *history.History, id string, ttl time.Duration) history.Record {
	const start = history.Nanos(10 * time.Second)
	next := int64(0)
	for _, r := range h.Records {
		if r.Topic == recording.ProbeTopic && r.Partition == 0 {
			next = max(next, r.Offset+1)
		}
	}
	rec := history.Record{Seen: start + 20e6, Topic: recording.ProbeTopic, Offset: next, Stamp: h.Header.Time(start + 10e6).UnixMilli(), Key: id,
		ID: id, Type: recording.ProbeType, SHA256: strings.Repeat("ab", 32), Size: 300, Expires: h.Header.Time(start - history.Nanos(10*time.Second)).Add(ttl).UnixMilli()}
	h.Records = append(h.Records, rec)
	h.Publishes = append(h.Publishes, history.Publish{Start: start, End: start + 15e6, Via: "dapr", Topic: rec.Topic, ID: id, Key: id,
		Type: rec.Type, Result: history.Accepted, Partition: -1, Offset: -1, TTL: ttl, SHA256: rec.SHA256, Size: 300})
	for i := len(h.Bounds) - 1; i >= 0; i-- {
		if b := &h.Bounds[i]; b.Topic == rec.Topic && b.Partition == 0 && b.Next == next {
			b.Next++
			break
		}
	}
	at := history.Nanos(0)
	for _, c := range h.Commits {
		at = max(at, c.Seen)
	}
	h.Commits = append(h.Commits, history.Commit{Seen: at + 1, Group: recording.Probe, Topic: rec.Topic, Offset: next + 1})
	return rec
}

// TestAMachineThatSlept has the machine sleep for two hours (golang/go#24595). What
// rests on the wall clock is neither kept nor broken.
func TestAMachineThatSlept(t *testing.T) {
	h := clean(t)
	sleep(h)
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Inconclusive || !strings.Contains(texts(v), "at 20s") {
		t.Errorf("asleep: %s", explain(v))
	}

	h = clean(t)
	e := timed(h, "e0000000-0000-4000-8000-000000000001", time.Minute)
	h.Deliveries = append(h.Deliveries, history.Delivery{Seen: history.Nanos(25 * time.Second), Group: recording.Probe, Topic: e.Topic, ID: e.ID, Answer: history.Success, Attempt: 1})
	sleep(h)
	if v := judge.Judge(h, recording.Rules()); result(v, judge.ExpiredUnused) != judge.Inconclusive || v.Result != judge.Inconclusive {
		t.Errorf("processed two hours after its expiration: %s", explain(v))
	}

	h = clean(t)
	letter(h, timed(h, "f0000000-0000-4000-8000-000000000001", 30*time.Minute))
	sleep(h)
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Inconclusive {
		t.Errorf("expired in the sleep and dead-lettered: %s", explain(v))
	}
}

// letter dead-letters a record of the recording subscriber at 25 s.
func letter(h *history.History, f history.Record) {
	dead := f
	dead.Topic, dead.Seen, dead.Partition = recording.ProbeTopic+"-dlq", history.Nanos(25*time.Second), 0
	dead.Stamp, dead.Offset = h.Header.Time(dead.Seen).UnixMilli(), 0
	for _, r := range h.Records {
		if r.Topic == dead.Topic {
			dead.Offset = max(dead.Offset, r.Offset+1)
		}
	}
	h.Records = append(h.Records, dead)
	for i := len(h.Bounds) - 1; i >= 0; i-- {
		if b := &h.Bounds[i]; b.Topic == dead.Topic && b.Next == dead.Offset {
			b.Next++
			break
		}
	}
}

// TestThePairsOfTheClocksTell has an observer record both clocks. A step puts what
// rests on the wall clock inconclusive, whatever the records' stamps say; clocks that go
// together put nothing inconclusive, however wrong the stamps are.
func TestThePairsOfTheClocksTell(t *testing.T) {
	o := recording.Small(7)
	o.Watched = true
	for by, right := range map[time.Duration]judge.Result{
		0: judge.Pass, 500 * time.Millisecond: judge.Pass, 2 * time.Hour: judge.Inconclusive, -10 * time.Minute: judge.Inconclusive,
	} {
		h := cleanOf(t, o)
		for i := range h.Clocks {
			if c := &h.Clocks[i]; c.Seen >= when {
				c.Wall += int64(by)
			}
		}
		if v := judge.Judge(h, recording.Rules()); v.Result != right {
			t.Errorf("by %v: %s", by, explain(v))
		}
	}
	h := cleanOf(t, o)
	sleep(h)
	for i := range h.Records {
		h.Records[i].Expires = 0
	}
	if v := judge.Judge(h, recording.Rules()); result(v, judge.Retention) == judge.Inconclusive {
		t.Errorf("the clocks went together: %s", explain(v))
	}
}

// TestOneClockAheadIsNoStep has one producer stamp its records two hours ahead.
func TestOneClockAheadIsNoStep(t *testing.T) {
	h := clean(t)
	for i := range h.Records {
		if r := &h.Records[i]; r.Topic == "reminders" && r.Seen > when {
			r.Stamp += asleep.Milliseconds()
		}
	}
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Pass {
		t.Error(explain(v))
	}
}
