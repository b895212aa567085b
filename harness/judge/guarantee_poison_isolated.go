package judge

import (
	"sort"

	"assay.dev/assay/harness/history"
)

// poisonBlocksNoOther judges flow.isolated: while a record fails in one partition, the
// records of the topic's other partitions are processed. A partition whose records
// all wait until the failing one is dead-lettered was blocked by it.
func poisonBlocksNoOther(j *judgement, f *finding) {
	f.unit = "partitions beside a failing record"
	for n := range j.events() {
		became := j.outcomeOfEvent(n)
		if became.skipped != 0 {
			j.poisonBlocksNoGroup(f, n)
			continue
		}
		if became.main == 0 || became.copies == 0 {
			continue
		}
		e, main := j.ix.ev(n), j.ix.rec(became.main)
		dead := history.Nanos(0)
		for _, r := range j.recordsOf(n) {
			if r.topic == j.deadLetters[e.topic] && (dead == 0 || r.seen < dead) {
				dead = r.seen
			}
		}
		for _, sub := range j.subscribers[e.topic] {
			from := j.triesOf(e, sub.group).first
			if from == 0 || j.disturbed.any(j.ix.groups.text(sub.group), from, dead) {
				continue // nobody saw it fail, or it is not the only thing that did
			}
			// What comes last needs time to be delivered in any case.
			to := dead - history.Nanos(j.ix.rules.Interval)
			for number, s := range j.ix.logs {
				if s.topic == e.topic && s.life == j.ix.logs[main.log].life && number != int(main.log) {
					j.beside(f, n, s, sub.group, from, to, dead)
				}
			}
		}
	}
}

// beside judges one other partition from and to two moments. A partition in which
// something else failed in that time waited for that.
func (j *judgement) beside(f *finding, n uint32, s *partitionLog, group uint8, from, to, dead history.Nanos) {
	f.of(s.topic)
	waiting, through := 0, 0
	early := from - history.Nanos(j.ix.rules.Delivered)
	start := sort.Search(s.records.len(), func(i int) bool { return j.ix.rec(*s.records.at(i)).seen >= early })
	for i := start; i < s.records.len(); i++ {
		r := j.ix.rec(*s.records.at(i))
		if r.seen >= to {
			break
		}
		if j.outcomeOfEvent(r.event).copies > 0 || j.triesOf(j.ix.ev(r.event), group).failures > 0 {
			return
		}
		if r.seen < from {
			continue
		}
		switch at := j.processedAt(j.ix.ev(r.event), group); {
		case at != 0 && at < dead:
			through++
		case at != 0:
			waiting++
		}
	}
	if through+waiting > 0 {
		f.evaluate()
	}
	if through == 0 && waiting > 0 {
		j.violationBy(f, Illegal, n, "%d records of %s waited until it was dead-lettered", waiting, j.name(s))
	}
}
