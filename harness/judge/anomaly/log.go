package anomaly

import (
	"slices"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// Erase takes a record out of a history as if it had never been in its log.
func Erase(h *history.History, i int) history.Record { return (&editor{h: h}).erase(i) }

// Append puts a record behind all others of its partition in a history, and has
// every group that the rules know commit it.
func Append(h *history.History, rules judge.Rules, r history.Record) {
	(&editor{h: h, rules: rules}).append(r)
}

// erase takes a record out of its log as if it had never been appended: what is
// behind it moves up, and nobody has consumed it.
func (p *editor) erase(i int) history.Record {
	gone := p.h.Records[i]
	p.h.Records = slices.Delete(p.h.Records, i, i+1)
	same := func(topic string, partition int32) bool { return topic == gone.Topic && partition == gone.Partition }
	for n := range p.h.Records {
		if r := &p.h.Records[n]; same(r.Topic, r.Partition) && r.Offset > gone.Offset {
			r.Offset--
		}
	}
	for n := range p.h.Bounds {
		if b := &p.h.Bounds[n]; same(b.Topic, b.Partition) && b.Next > gone.Offset {
			b.Next--
		}
	}
	for n := range p.h.Commits {
		if c := &p.h.Commits[n]; same(c.Topic, c.Partition) && c.Offset > gone.Offset {
			c.Offset--
		}
	}
	for n := range p.h.Holes {
		if hole := &p.h.Holes[n]; same(hole.Topic, hole.Partition) && hole.From > gone.Offset {
			hole.From--
			hole.To--
		}
	}
	for n := range p.h.Publishes {
		if a := &p.h.Publishes[n]; a.Via == "kafka" && same(a.Topic, a.Partition) && a.Offset > gone.Offset {
			a.Offset--
		}
	}
	return gone
}

// forget removes what subscribers of a topic have shown of an event.
func (p *editor) forget(topic, id string) {
	p.h.Effects = slices.DeleteFunc(p.h.Effects, func(e history.Effect) bool { return e.ID == id && e.Topic == topic })
	p.h.Deliveries = slices.DeleteFunc(p.h.Deliveries, func(d history.Delivery) bool { return d.ID == id && d.Topic == topic })
}

// lose has an event never arrive in its topic.
func (p *editor) lose(i int) string {
	gone := p.erase(i)
	p.forget(gone.Topic, gone.ID)
	return gone.Topic + " " + gone.ID
}

// last is the last look at the bounds of a partition.
func (p *editor) last(topic string, partition int32) *history.Bounds {
	for i := len(p.h.Bounds) - 1; i >= 0; i-- {
		if b := &p.h.Bounds[i]; b.Topic == topic && b.Partition == partition {
			return b
		}
	}
	return nil
}

// append puts a record behind all others of its partition, and has every group
// commit it.
func (p *editor) append(r history.Record) {
	b := p.last(r.Topic, r.Partition)
	r.Offset, r.Seen = b.Next, b.Seen-history.Nanos(time.Second)
	r.Stamp = p.h.Header.Time(r.Seen).UnixMilli()
	b.Next++
	p.h.Records = append(p.h.Records, r)
	for _, s := range p.rules.Subscriptions {
		if s.Topic == r.Topic {
			p.h.Commits = append(p.h.Commits, history.Commit{Seen: b.Seen - history.Nanos(time.Second/2), Group: s.Group, Topic: r.Topic, Partition: r.Partition, Offset: r.Offset + 1})
		}
	}
}

// process has every subscriber of a topic that shows effects show that of an event,
// soon after it came there.
func (p *editor) process(topic, id string) {
	at := p.end()
	for _, r := range p.h.Records {
		if r.Topic == topic && r.ID == id {
			at = r.Seen + second/10
		}
	}
	for _, s := range p.rules.Subscriptions {
		if s.Topic == topic && s.Visibility == judge.ByEffect {
			p.h.Effects = append(p.h.Effects, history.Effect{Seen: at, Group: s.Group, Topic: topic, ID: id, Times: 1})
		}
	}
}

// end is a moment after everything but the last look.
func (p *editor) end() history.Nanos {
	return p.h.Bounds[len(p.h.Bounds)-1].Seen - history.Nanos(time.Second/2)
}
