package judge

import "assay.dev/assay/harness/history"

// The changes of a task, and the actions and types that announce them.
const (
	created = 1 + iota
	updated
	completed
	deleted
	changes // their number, and one
)

var (
	changeOf    = map[string]uint8{"create": created, "update": updated, "complete": completed, "delete": deleted}
	changeNames = [changes]string{"", "create", "update", "complete", "delete"}
	typeNames   = [changes]string{"", "task.created", "task.updated", "task.completed", "task.deleted"}
)

// The types of events have fixed numbers: a task event has that of its change.
const (
	syncKind = changes + iota
	reminderKind
)

var kindNames = []string{typeNames[created], typeNames[updated], typeNames[completed], typeNames[deleted], "task.sync", "reminder.scheduled"}

// changeOfKind is the change that a type of event announces, 0 for a type that is
// not a task event's.
func changeOfKind(kind uint8) uint8 {
	if kind < changes {
		return kind
	}
	return 0
}

var outcomeOf = map[history.Outcome]uint8{history.Accepted: accepted, history.Refused: refused, history.Unknown: unknown}

var expectOf = map[string]uint8{"processed": wantProcessed, "failed": wantFailed, "expired": wantExpired}

// topicOfType is the topic that carries a type, 0 if none does.
func (ix *index) topicOfType(kind string) uint8 {
	for _, t := range ix.rules.Topics {
		for _, k := range ix.rules.Types[t.Name] {
			if k == kind {
				return ix.topics.get(t.Name)
			}
		}
	}
	return 0
}

// counts notes an attempt.
func (a *attempts) count(outcome uint8, begin, end history.Nanos) {
	switch outcome {
	case accepted:
		a.accepted++
	case refused:
		a.refused++
	case unknown:
		a.unknown++
	}
	if a.last == 0 || begin < a.first {
		a.first = begin
	}
	a.last = max(a.last, end)
}

// attempt notes an attempt with its event. Of several attempts with one event,
// an accepted one tells most.
func (e *event) attempt(v via, outcome uint8, begin, end history.Nanos) {
	if e.outcome != none {
		e.repeats = min(e.repeats+1, 254)
		if e.outcome == accepted || outcome == refused {
			return
		}
		begin = e.begin // its first attempt may be what took effect
	}
	e.via, e.outcome, e.begin, e.end = v, outcome, begin, end
}

func (ix *index) request(r *history.Request) {
	change := changeOf[r.Change]
	if change == 0 {
		return // a read
	}
	ix.saw(r.End)
	outcome := outcomeOf[r.Outcome]
	ix.attempts.count(outcome, r.Begin, r.End)
	switch outcome {
	case accepted:
		ix.attempts.occurrences += int64(r.Occurrences)
	case unknown:
		ix.attempts.maybeOccurrences += int64(r.Occurrences)
	}
	n := ix.taskNumber(r.Task)
	if n == 0 {
		if outcome == unknown && change == created {
			ix.attempts.unknownCreates++
		}
		if outcome != accepted {
			return
		}
	} else {
		ix.accountOf(n).request(change, outcome, r)
	}
	if r.Event == "" {
		return
	}
	e, number := ix.event(r.Event)
	if e.outcome == accepted && e.via == viaAPI && outcome == accepted {
		if e.task != n || e.change != change {
			ix.clashes = append(ix.clashes, number)
			return
		}
		ix.accountOf(n).again(change, r) // the answer to a repeated request
	}
	e.attempt(viaAPI, outcome, r.Begin, r.End)
	e.task, e.change, e.topic = n, change, ix.topicOfType(typeNames[change])
}

func (ix *index) publish(p *history.Publish) {
	ix.saw(p.End)
	outcome := outcomeOf[p.Outcome]
	ix.attempts.count(outcome, p.Begin, p.End)
	label := p.ID
	if label == "" {
		label = "sha256:" + p.SHA256
	}
	e, n := ix.event(label)
	v := viaSidecar
	if p.Via == "kafka" {
		v = viaKafka
	}
	e.attempt(v, outcome, p.Begin, p.End)
	e.topic = ix.topics.get(p.Topic)
	e.expect = expectOf[p.Expect]
	e.expectOf = ix.groups.get(p.ExpectOf)
	if v == viaKafka && outcome == accepted {
		e.ackPart, e.ackOffset, e.sha = p.Partition, p.Offset, parseDigest(p.SHA256)
	}
	if e.expect == wantFailed && p.SHA256 != "" {
		ix.byBytes[parseDigest(p.SHA256)] = n
	}
	if p.Key != "" {
		e.task = ix.taskNumber(p.Key)
	}
}

func (ix *index) record(r *history.Record) {
	ix.saw(r.Seen)
	sha := parseDigest(r.SHA256)
	var n uint32
	if r.ID != "" {
		_, n = ix.event(r.ID)
	} else if n = ix.byBytes[sha]; n == 0 {
		// Bytes that are no event are told apart by what they are.
		_, n = ix.event("sha256:" + r.SHA256)
	}
	topic := ix.topics.get(r.Topic)
	rec := record{
		seen: r.Seen, stamp: r.Stamp, expires: r.Expires, offset: r.Offset, sha: sha, event: n,
		slot: ix.slot(topic, r.Partition, r.Life), topic: topic, kind: ix.types.get(r.Type),
		action: changeOf[r.Action], invalid: r.Invalid != "", unkeyed: r.Key == "",
	}
	key := r.Task
	if key == "" {
		key = r.Key
	}
	rec.task = ix.taskNumber(key)
	number := uint32(ix.records.add(rec)) + 1
	if rec.invalid {
		ix.objections[number] = r.Invalid
	}
	e := ix.ev(n)
	if e.records == 0 {
		e.records = number
	} else {
		ix.rec(e.lastRecord).next = number
	}
	e.lastRecord = number
	if e.outcome == none && e.topic == 0 {
		e.topic = topic
	}
	if e.task == 0 {
		e.task = rec.task
	}
	ix.slots[rec.slot].records.add(number)
}

func (ix *index) bounds(b *history.Bounds) {
	ix.saw(b.Seen)
	s := ix.slots[ix.slot(ix.topics.get(b.Topic), b.Partition, b.Life)]
	s.bounds = append(s.bounds, *b)
}

func (ix *index) commit(c *history.Commit) {
	ix.saw(c.Seen)
	s := ix.slots[ix.slot(ix.topics.get(c.Topic), c.Partition, c.Life)]
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
)

var answerOf = map[history.Answer]uint8{history.None: answerNone, history.Success: answerSuccess,
	history.Retry: answerRetry, history.Drop: answerDrop, history.Fail: answerFail}

func (ix *index) delivery(d *history.Delivery) {
	ix.saw(d.Seen)
	if d.ID == "" {
		return // bytes that are no event never reach a subscriber of Dapr's
	}
	e, n := ix.event(d.ID)
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
