package judge

import (
	"fmt"

	"assay.dev/assay/harness/history"
)

var resultOf = map[history.Result]uint8{history.Accepted: accepted, history.Refused: refused, history.Unknown: unknown}

var expectOf = map[string]uint8{"processed": wantProcessed, "failed": wantFailed, "expired": wantExpired, "poisoned": wantPoisoned}

// counts notes an attempt.
func (a *attempts) count(result uint8, start, end history.Nanos) {
	switch result {
	case accepted:
		a.accepted++
	case refused:
		a.refused++
	case unknown:
		a.unknown++
	}
	if a.last == 0 || start < a.first {
		a.first = start
	}
	a.last = max(a.last, end)
}

// attempt notes an attempt with its event. Of several attempts with one event,
// an accepted one tells most.
func (e *event) attempt(v via, result uint8, start, end history.Nanos) {
	if e.result != none {
		e.repeats = min(e.repeats+1, 254)
		if e.result == accepted || result == refused {
			return
		}
		start = e.start // its first attempt may be what took effect
	}
	e.via, e.result, e.start, e.end = v, result, start, end
}

func (ix *index) request(r *history.Request) {
	change := ix.demands.number[r.Change]
	if change == 0 {
		return // a read
	}
	ix.saw(r.End)
	result := resultOf[r.Result]
	ix.attempts.count(result, r.Start, r.End)
	ix.derive(change, result, r.Counts)
	asked := &ix.demands.requests[change]
	n := ix.keyNumber(fold(r.Key))
	ix.refused(n, change, result, r)
	if n == 0 {
		if result == unknown && asked.Makes {
			ix.attempts.unknownMakes[asked.first]++
		}
		if result != accepted {
			return
		}
	} else {
		ix.note(ix.countsOf(n), change, result, r)
	}
	if r.Event == "" || asked.first == 0 {
		return
	}
	e, number := ix.event(r.Event)
	if e.result == accepted && e.via == viaAPI && result == accepted {
		if e.key != n || e.change != change {
			ix.clashes = append(ix.clashes, number)
			return
		}
		ix.again(ix.countsOf(n), change, r) // the answer to a repeated request
	}
	e.attempt(viaAPI, result, r.Start, r.End)
	e.key, e.change, e.topic = n, change, ix.demands.classes[asked.first].topic
}

func (ix *index) publish(p *history.Publish) {
	ix.saw(p.End)
	result := resultOf[p.Result]
	ix.attempts.count(result, p.Start, p.End)
	label := p.ID
	if label == "" { // bytes without an id are told apart by their attempts
		label = fmt.Sprintf("attempt %d to publish sha256:%.12s", ix.events.len()+1, p.SHA256)
	}
	e, n := ix.eventOf(label, p.Source)
	v := viaSidecar
	if p.Via == "kafka" {
		v = viaKafka
	}
	e.attempt(v, result, p.Start, p.End)
	e.topic = ix.topics.get(p.Topic)
	e.expect = expectOf[p.Expect]
	e.expectOf = ix.groups.get(p.ExpectOf)
	if v == viaKafka && result == accepted {
		e.ackPart, e.ackOffset, e.sha = p.Partition, p.Offset, parseDigest(p.SHA256)
	}
	if (e.toFail() || p.ID == "") && p.SHA256 != "" {
		sha := parseDigest(p.SHA256)
		ix.byDigest[sha] = append(ix.byDigest[sha], n)
	}
	if p.Key != "" {
		e.key = ix.keyNumber(p.Key)
	}
}

func (ix *index) record(r *history.Record) {
	ix.saw(r.Seen)
	topic := ix.topics.get(r.Topic)
	rec := record{
		seen: r.Seen, stamp: r.Stamp, expires: r.Expires, offset: r.Offset, sha: parseDigest(r.SHA256),
		log: ix.partitionLog(topic, r.Partition, r.Life), topic: topic, kind: ix.types.get(r.Type),
		invalid: r.Invalid != "", unkeyed: r.Key == "", binary: r.Mode != "",
	}
	rec.class = ix.demands.of(rec.kind, r.Label)
	key := fold(r.EventKey)
	if key == "" {
		key = r.Key // of bytes: its case counts
	}
	rec.key = ix.keyNumber(key)
	number := uint32(ix.records.add(rec)) + 1
	if rec.invalid {
		ix.objections[number] = r.Invalid
	}
	ix.logs[rec.log].records.add(number)
	if r.ID == "" {
		ix.loose = append(ix.loose, number)
		return
	}
	_, n := ix.eventOf(r.ID, r.Source)
	ix.link(number, n)
}

// link makes a record that of an event.
func (ix *index) link(number, n uint32) {
	r, e := ix.rec(number), ix.ev(n)
	r.event = n
	if e.records == 0 {
		e.records = number
	} else {
		ix.rec(e.lastRecord).next = number
	}
	e.lastRecord = number
	if e.result == none && e.topic == 0 {
		e.topic = r.topic
	}
	if e.key == 0 {
		e.key = r.key
	}
}

func (ix *index) hole(h *history.Hole) {
	ix.saw(h.Seen)
	s := ix.logs[ix.partitionLog(ix.topics.get(h.Topic), h.Partition, h.Life)]
	s.holes = append(s.holes, *h)
}

func (ix *index) move(m *history.Move) {
	ix.saw(m.Seen)
	s := ix.logs[ix.partitionLog(ix.topics.get(m.Topic), m.Partition, m.Life)]
	group := ix.groups.get(m.Group)
	s.moves[group] = append(s.moves[group], *m)
}

func (ix *index) group(g *history.Group) {
	ix.saw(g.Seen)
	ix.small.Groups = append(ix.small.Groups, *g)
}

func (ix *index) bounds(b *history.Bounds) {
	ix.saw(b.Seen)
	s := ix.logs[ix.partitionLog(ix.topics.get(b.Topic), b.Partition, b.Life)]
	s.bounds = append(s.bounds, *b)
}

func (ix *index) commit(c *history.Commit) {
	ix.saw(c.Seen)
	s := ix.logs[ix.partitionLog(ix.topics.get(c.Topic), c.Partition, c.Life)]
	group := ix.groups.get(c.Group)
	marks := s.commits[group]
	if last := len(marks) - 1; last >= 0 && marks[last].offset == c.Offset && marks[last].last <= c.Seen {
		marks[last].last = c.Seen
		return
	}
	s.commits[group] = append(marks, mark{c.Seen, c.Seen, c.Offset})
}

// answers of a delivery.
const (
	answerNone uint8 = iota
	answerSuccess
	answerRetry
	answerDrop
	answerFail
	answerLost
)

var answerOf = map[history.Answer]uint8{history.None: answerNone, history.Success: answerSuccess,
	history.Retry: answerRetry, history.Drop: answerDrop, history.Fail: answerFail, history.Lost: answerLost}

func (ix *index) delivery(d *history.Delivery) {
	ix.saw(d.Seen)
	if d.ID == "" {
		return // bytes that are no event never reach a subscriber of Dapr's
	}
	e, n := ix.eventOf(d.ID, d.Source)
	number := uint32(ix.deliv.add(delivery{
		seen: d.Seen, event: n, next: e.deliveries, attempt: uint16(min(d.Attempt, 1<<16-1)),
		group: ix.groups.get(d.Group), topic: ix.topics.get(d.Topic), answer: answerOf[d.Answer],
	})) + 1
	e.deliveries = number
}

func (ix *index) effect(f *history.Effect) {
	ix.saw(f.Seen)
	if f.ID == "" {
		return
	}
	e, n := ix.event(f.ID)
	number := uint32(ix.effects.add(effect{
		seen: f.Seen, event: n, next: e.effects, times: uint16(min(f.Times, 1<<16-1)),
		group: ix.groups.get(f.Group), topic: ix.topics.get(f.Topic),
	})) + 1
	e.effects = number
}
