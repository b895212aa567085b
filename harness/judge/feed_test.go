package judge_test

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec/todo"
)

// batch is how many entries are made at a time.
const batch = 4096

// The steps of a moment: a change every microsecond, and what follows it.
const (
	step     = history.Nanos(time.Microsecond)
	start    = history.Nanos(time.Second)
	changes  = 4 // of one object
	perEvent = 2 // events of a request: the one by which it is known, and one beside
)

var (
	rules   = judge.FromSpec(todo.Must())
	kinds   = requests()
	offsets [3]int64
)

func header() history.Header {
	return history.Header{Version: history.Version, Run: "bench", Experiment: "bench", Base: time.Date(2026, 2, 15, 0, 0, 0, 0, time.UTC)}
}

// uuid is the UUID of a number in a series. It is as scattered as a random one.
func uuid(n int64, series uint64) string {
	mix := func(x uint64) uint64 {
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		return x ^ x>>31
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], mix(uint64(n)*0x9e3779b97f4a7c15+series))
	binary.BigEndian.PutUint64(b[8:], mix(uint64(n)+series*0x9e3779b97f4a7c15+1))
	t := hex.EncodeToString(b[:])
	return t[:8] + "-" + t[8:12] + "-" + t[12:16] + "-" + t[16:20] + "-" + t[20:]
}

// moment is when a change started. The changes of one object are an age apart.
func moment(change, total int64) history.Nanos {
	objects := total / changes
	return start + step*history.Nanos(change%changes*objects+change/changes)
}

// inTime are the numbers of changes in the order of their moments.
func inTime(i, total int64) int64 {
	objects := total / changes
	return i%objects*changes + i/objects
}

// outOfOrder is a number near i: effects are found in another order than events
// are published in, so that the judge cannot guess the next one.
func outOfOrder(i, total int64) int64 {
	if i|63 >= total {
		return i
	}
	return i&^63 | int64(bits.Reverse8(uint8(i))>>2)
}

// batches makes n entries, a few thousand at a time, so that the memory measured is the
// judge's own, and times what takes them alone.
func batches[E any](b *testing.B, n int64, make func(int64) E, take func(any)) {
	var entries [batch]E
	for from := int64(0); from < n; from += batch {
		size := min(batch, n-from)
		for i := range size {
			entries[i] = make(from + i)
		}
		b.StartTimer()
		for i := range size {
			take(&entries[i])
		}
		b.StopTimer()
	}
}

// feed makes a clean history of n events for a collector, and times the collector. The
// timer has to be stopped.
func feed(b *testing.B, c *judge.Collector, n int64) {
	offsets = [3]int64{}
	total := n / perEvent
	end := start + step*history.Nanos(total) + history.Nanos(5*time.Second)
	bounds(c, 0)
	batches(b, total, func(i int64) history.Request {
		i = inTime(i, total)
		at := moment(i, total)
		return history.Request{Start: at, End: at + step/2, Result: history.Accepted, Status: 200, Change: kinds[i%changes].Name, Key: uuid(i/changes, 1), Event: uuid(i, 2)}
	}, c.Take)
	for k := range perEvent {
		offsets = [3]int64{}
		batches(b, total, func(i int64) history.Record {
			return record(k, inTime(i, total), total)
		}, c.Take)
	}
	bounds(c, end)
	for _, sub := range rules.Subscriptions {
		for p := range todo.Must().Topic(sub.Topic).Partitions {
			if !carries(sub.Topic) {
				continue
			}
			for at := start; at < end; at += history.Nanos(time.Second) {
				c.Take(&history.Commit{Seen: at, Group: sub.Group, Topic: sub.Topic, Partition: int32(p), Offset: offsets[p] * int64(at) / int64(end)})
			}
			c.Take(&history.Commit{Seen: end, Group: sub.Group, Topic: sub.Topic, Partition: int32(p), Offset: offsets[p]})
		}
	}
	batches(b, total, func(i int64) history.Effect {
		i = inTime(outOfOrder(i, total), total)
		return history.Effect{Seen: end, Group: shown(0).Group, Topic: shown(0).Topic, ID: uuid(i, 2), Times: 1}
	}, c.Take)
	batches(b, total, func(i int64) history.Effect {
		i = inTime(outOfOrder(i, total), total)
		return history.Effect{Seen: moment(i, total) + 5*step, Group: shown(1).Group, Topic: shown(1).Topic, ID: uuid(i, 3), Times: 1}
	}, c.Take)
	c.Take(&history.Observer{Name: "all", End: end})
	c.Take(&history.Load{Start: start, End: end, Minimum: 1, Reached: float64(total) / (float64(end-start) / 1e9), Events: total})
}

// requests are the requests about one object: one that makes it, and those that change it
// and always cause one event beside the one that they are known by.
func requests() [changes]judge.Request {
	var all [changes]judge.Request
	n := 0
	for _, r := range rules.Requests {
		switch {
		case r.Makes:
			all[0] = r
		case !r.Removes && n < changes-1:
			n++
			all[n] = r
		}
	}
	for ; n < changes-1; n++ {
		all[n+1] = all[n]
	}
	return all
}

// expected is the k-th event of a change.
func expected(k int, i int64) judge.Expected { return kinds[i%changes].Expects[k] }

// carries reports whether a topic has the events of the changes.
func carries(topic string) bool {
	return topic == expected(0, 0).Topic || topic == expected(1, 0).Topic
}

// shown is who shows the effects of the k-th events.
func shown(k int) judge.Subscription {
	for _, s := range rules.Subscriptions {
		if s.Topic == expected(k, 0).Topic && s.Visibility == judge.ByEffect {
			return s
		}
	}
	panic("nobody shows the effects of " + expected(k, 0).Topic) // the reference does
}

// record is the record of the k-th event of a change.
func record(k int, i, total int64) history.Record {
	e := expected(k, i)
	partition := i / changes % 3
	r := history.Record{Seen: moment(i, total) + step, Topic: e.Topic, Partition: int32(partition), Offset: offsets[partition],
		Key: uuid(i/changes, 1), EventKey: uuid(i/changes, 1), ID: uuid(i, uint64(2+k)), Type: e.Type, Label: e.Label, Stamp: header().Time(moment(i, total)).UnixMilli(), Size: 400}
	r.SHA256 = hex.EncodeToString([]byte(uuid(i, 4)[:32]))
	offsets[partition]++
	return r
}

// bounds tells where all logs end.
func bounds(c *judge.Collector, at history.Nanos) {
	for _, t := range todo.Must().Topics {
		for p := range t.Partitions {
			b := history.Bounds{Seen: at, Topic: t.Name, Partition: int32(p)}
			if carries(t.Name) {
				b.Next = offsets[p]
			}
			c.Take(&b)
		}
	}
}
