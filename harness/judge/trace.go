package judge

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"assay.dev/assay/harness/history"
)

// step is one line of a trace.
type step struct {
	at   history.Nanos
	text string
}

// traceLength bounds a trace: an event that was delivered a thousand times is
// understood before that.
const traceLength = 40

// trace tells where an event was seen, in order.
func (j *judgement) trace(n uint32) []string {
	ix, e := j.ix, j.ix.ev(n)
	var steps []step
	add := func(at history.Nanos, format string, a ...any) {
		steps = append(steps, step{at, fmt.Sprintf(format, a...)})
	}
	if e.result != none {
		how := [...]string{"", "caused by a change through the API", "published through a sidecar", "published to Kafka"}[e.via]
		answer := [...]string{"", "accepted", "refused", "without an answer"}[e.result]
		add(e.start, "%s to %s, %s after %v", how, ix.topics.text(e.topic), answer, time.Duration(e.end-e.start).Round(time.Microsecond))
	}
	for _, r := range j.recordsOf(n) {
		s := ix.logs[r.log]
		text := fmt.Sprintf("in Kafka at %s/%d offset %d", ix.topics.text(s.topic), s.partition, r.offset)
		if s.life > 0 {
			text += fmt.Sprintf(" of its topic's life %d", s.life)
		}
		if kind := ix.types.text(r.kind); kind != "" {
			text += ", " + kind
		}
		if r.invalid {
			text += ", invalid"
		}
		add(r.seen, "%s", text)
		for _, sub := range j.subscribers[r.topic] {
			marks := s.commits[sub.group]
			at := slices.IndexFunc(marks, func(m mark) bool { return m.offset > r.offset })
			if at >= 0 {
				add(marks[at].seen, "committed by %s: %d at %s/%d", ix.groups.text(sub.group), marks[at].offset, ix.topics.text(s.topic), s.partition)
			}
		}
	}
	answers := [...]string{"no answer", "success", "retry", "drop", "error", "success, and the answer was lost"}
	for at := e.deliveries; at != 0; at = ix.deliv.at(int(at) - 1).next {
		d := ix.deliv.at(int(at) - 1)
		add(d.seen, "delivered to %s, attempt %d: %s", ix.groups.text(d.group), d.attempt, answers[d.answer])
	}
	for at := e.effects; at != 0; at = ix.effects.at(int(at) - 1).next {
		f := ix.effects.at(int(at) - 1)
		add(f.seen, "effect at %s found %d times", ix.groups.text(f.group), f.times)
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	var lines []string
	for i, s := range steps {
		if i == traceLength {
			lines = append(lines, fmt.Sprintf("and %d more", len(steps)-i))
			break
		}
		lines = append(lines, fmt.Sprintf("%9.3fs %s", time.Duration(s.at).Seconds(), s.text))
	}
	return lines
}
