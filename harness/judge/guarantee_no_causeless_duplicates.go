package judge

import "assay.dev/assay/harness/history"

// noCauselessDuplicates judges flow.exactly-once: a group processes an event again only if
// it was delivered again for a reason: it is in Kafka more than once, or the group
// was disturbed.
func noCauselessDuplicates(j *judgement, f *finding) {
	f.unit = "processed events"
	for n := range j.events() {
		e, became := j.ix.ev(n), j.outcomeOfEvent(n)
		if became.processed == 0 {
			continue
		}
		f.of(e.topic)
		for i, s := range j.subscribers[e.topic] {
			if !became.processed.has(i) {
				continue
			}
			f.evaluate()
			times, last := j.timesProcessed(e, s.group)
			if times <= int(became.records) {
				continue
			}
			app := j.ix.groups.text(s.group)
			reasons := j.disturbed.count(app, j.ix.rec(became.main).seen, last)
			reasons += j.movedBack(j.ix.rec(became.main), s.group) + j.triesOf(e, s.group).lost
			if times > int(became.records)+reasons {
				j.violationBy(f, Duplicated, n, "%s processed it %d times; it is in Kafka %d times, and %d disturbances are known", app, times, became.records, reasons)
			}
		}
	}
}

// timesProcessed is how often a group has shown that it processed an event, and
// when last.
func (j *judgement) timesProcessed(e *event, group uint8) (times int, last history.Nanos) {
	for k := e.effects; k != 0; {
		found := j.ix.effects.at(int(k) - 1)
		if found.group == group && found.topic == e.topic && found.times > 0 {
			times += int(found.times)
			last = max(last, found.seen)
		}
		k = found.next
	}
	successes := 0
	for k := e.deliveries; k != 0; {
		d := j.ix.deliv.at(int(k) - 1)
		if d.group == group && d.topic == e.topic && (d.answer == answerSuccess || d.answer == answerLost) {
			successes++
			last = max(last, d.seen)
		}
		k = d.next
	}
	return max(times, successes), last
}
