package judge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// TestEqualBytesWithoutAnIDAreCounted writes the same bytes twice to a topic with two
// subscribers: each record needs its own dead letters (dapr/components-contrib#3387).
func TestEqualBytesWithoutAnIDAreCounted(t *testing.T) {
	sha := strings.Repeat("a", 64)
	for _, named := range []bool{false, true} { // whether the attempts have an id
		for letters, right := range map[int]bool{5: false, 4: true, 3: false, 2: false, 0: false} {
			h, r := healthy(t)
			at := near(h)
			for n := range 2 {
				rec := put(h, history.Record{Seen: at, Topic: "task-events", Partition: 1, Stamp: stamp(h, at), Key: "k", SHA256: sha, Invalid: "not JSON"})
				p := history.Publish{Start: at - 1e8, End: at - 1e7, Via: "kafka", Topic: "task-events", Key: "k",
					Result: history.Accepted, SHA256: sha, Partition: 1, Offset: rec.Offset, Expect: "failed"}
				if named {
					p.ID = fmt.Sprintf("bytes-%d", n)
				}
				h.Publishes = append(h.Publishes, p)
			}
			for range letters {
				put(h, history.Record{Seen: at + 1e9, Topic: "task-events-dlq", Stamp: stamp(h, at), Key: "k", SHA256: sha})
			}
			if bad := notPassed(t, h, r); (len(bad) == 0) != right {
				t.Errorf("named %v: %d of 4 dead letters: %+v, right: %v", named, letters, bad, right)
			}
		}
	}
}

// TestOneOfTwoEqualRecordsIsLost publishes the same bytes without an id twice, of which
// one never comes to Kafka.
func TestOneOfTwoEqualRecordsIsLost(t *testing.T) {
	h, r := healthy(t)
	at := near(h)
	sha := strings.Repeat("b", 64)
	rec := put(h, history.Record{Seen: at, Topic: "task-events", Partition: 1, Stamp: stamp(h, at), Key: "k", SHA256: sha, Invalid: "not JSON"})
	for _, offset := range []int64{rec.Offset, rec.Offset + 1} {
		h.Publishes = append(h.Publishes, history.Publish{Start: at - 1e8, End: at - 1e7, Via: "kafka", Topic: "task-events", Key: "k",
			Result: history.Accepted, SHA256: sha, Partition: 1, Offset: offset, Expect: "failed"})
	}
	for range 2 {
		put(h, history.Record{Seen: at + 1e9, Topic: "task-events-dlq", Stamp: stamp(h, at), Key: "k", SHA256: sha})
	}
	bad := notPassed(t, h, r)
	if g := bad[judge.InKafka]; g.Result != judge.Fail || g.Count != 1 {
		t.Errorf("%+v", bad)
	}
}

// TestBytesThatNobodyPublishedAreEachUnexpected writes the same bytes twice that no
// attempt explains.
func TestBytesThatNobodyPublishedAreEachUnexpected(t *testing.T) {
	h, r := healthy(t)
	at := near(h)
	for range 2 {
		put(h, history.Record{Seen: at, Topic: "task-events", Partition: 1, Stamp: stamp(h, at), SHA256: strings.Repeat("c", 64), Invalid: "not JSON"})
	}
	if g := notPassed(t, h, r)[judge.Origin]; g.Count != 2 {
		t.Errorf("%+v", g)
	}
}

// TestARecordThatWasReadTwiceIsOne has the observer note records again.
func TestARecordThatWasReadTwiceIsOne(t *testing.T) {
	h := recording.Make(recording.Small(3))
	h.Records = append(h.Records, h.Records[:40]...)
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Pass {
		t.Error(explain(v))
	}
}

// TestUUIDsAreComparedWithoutCase has clients write ids in upper case
// (aws-amplify/amplify-swift#343).
func TestUUIDsAreComparedWithoutCase(t *testing.T) {
	h := clean(t)
	for i := range h.Records {
		h.Records[i].ID, h.Records[i].EventKey = strings.ToUpper(h.Records[i].ID), strings.ToUpper(h.Records[i].EventKey)
	}
	for i := range h.Requests {
		h.Requests[i].Key = strings.ToUpper(h.Requests[i].Key)
	}
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Pass {
		t.Error(explain(v))
	}
}

// TestKeysAreComparedWithCase has two keys that differ in case be in two partitions.
func TestKeysAreComparedWithCase(t *testing.T) {
	h, r := healthy(t)
	at := near(h)
	for p, key := range []string{"AAAAAAAA-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000001"} {
		id := fmt.Sprintf("bbbbbbbb-0000-4000-8000-00000000000%d", p)
		sha := strings.Repeat(fmt.Sprint(p), 64)
		rec := put(h, history.Record{Seen: at, Topic: recording.ProbeTopic, Partition: int32(p), Stamp: stamp(h, at), Key: key, ID: id, Type: "probe.event", SHA256: sha})
		h.Publishes = append(h.Publishes, history.Publish{Start: at - 1e8, End: at - 1e7, Via: "kafka", Topic: rec.Topic, ID: id, Key: key,
			Result: history.Accepted, SHA256: sha, Partition: int32(p), Offset: rec.Offset})
		h.Deliveries = append(h.Deliveries, history.Delivery{Seen: at + 1e8, Group: recording.Probe, Topic: rec.Topic, ID: id, Answer: history.Success, Attempt: 1})
	}
	if bad := notPassed(t, h, r); len(bad) > 0 {
		t.Errorf("%+v", bad)
	}
}

// TestCountersSaturate has one event in Kafka, and dead-lettered, more often than
// 16 bits count (dapr/components-contrib#2223).
func TestCountersSaturate(t *testing.T) {
	for _, n := range []int{1 << 16, 1<<16 + 1} {
		h, r := healthy(t)
		i := slices.IndexFunc(h.Records, func(x history.Record) bool { return x.Topic == "task-updates" && x.Partition == 0 && x.ID != "" })
		copies(h, i, n)
		if g := notPassed(t, h, r)[judge.Unique]; g.Result != judge.Fail {
			t.Errorf("%d times in Kafka: unique-ids is %+v", n, g)
		}
	}
	for _, n := range []int{1 << 16, 1<<16 + 2} {
		h, r := healthy(t)
		i := slices.IndexFunc(h.Records, func(x history.Record) bool { return x.Topic == "task-events-dlq" })
		copies(h, i, n)
		bad := notPassed(t, h, r)
		if g := bad[judge.FailedDeadLetters]; g.Result == judge.Fail {
			t.Errorf("%d dead letters count as too few: %+v", n, g)
		}
		if g := bad[judge.NoFalseDeadLetter]; g.Result != judge.Fail {
			t.Errorf("%d dead letters: %+v", n, g)
		}
	}
}

// copies appends records until there are n with the bytes of the i-th one in its
// partition, and has its groups commit them.
func copies(h *history.History, i, n int) {
	one, at := h.Records[i], near(h)
	have := 0
	for _, x := range h.Records {
		if x.Topic == one.Topic && x.SHA256 == one.SHA256 {
			have++
		}
	}
	first := last(h, one.Topic, one.Partition) + 1
	end := first + int64(n-have)
	for offset := first; offset < end; offset++ {
		one.Offset, one.Seen = offset, at
		h.Records = append(h.Records, one)
	}
	for i := len(h.Bounds) - 1; i >= 0; i-- {
		if b := &h.Bounds[i]; b.Topic == one.Topic && b.Partition == one.Partition {
			b.Next = end
			break
		}
	}
	latest := map[string]history.Commit{}
	for _, c := range h.Commits {
		if c.Topic == one.Topic && c.Partition == one.Partition {
			latest[c.Group] = c
		}
	}
	for _, c := range latest {
		c.Seen, c.Offset = c.Seen+2e9, end
		h.Commits = append(h.Commits, c)
	}
}
