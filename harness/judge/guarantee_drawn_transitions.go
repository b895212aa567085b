package judge

import "assay.dev/assay/harness/history"

// onlyDrawnTransitions judges flow.no-other-transition: events move along the arrows of the
// event-flow state machine only. Nothing is in Kafka before it was published,
// consumed without being in Kafka, or delivered to whoever has not subscribed to it. When
// two topics were seen is not compared: each is read by itself, and one may be behind.
func onlyDrawnTransitions(j *judgement, f *finding) {
	f.unit = "transitions"
	for n := range j.events() {
		e, became := j.ix.ev(n), j.outcomeOfEvent(n)
		f.of(e.topic)
		for _, r := range j.recordsOf(n) {
			f.evaluate()
			if e.result != none && r.seen < e.start {
				j.violationBy(f, Illegal, n, "it was in Kafka %v before anybody published it", duration(e.start-r.seen))
			}
		}
		for k := e.deliveries; k != 0; {
			d := j.ix.deliv.at(int(k) - 1)
			j.consumed(f, n, e, became, d.group, d.topic, d.seen, "was delivered to")
			k = d.next
		}
		for k := e.effects; k != 0; {
			found := j.ix.effects.at(int(k) - 1)
			if found.times > 0 {
				j.consumed(f, n, e, became, found.group, found.topic, found.seen, "has an effect at")
			}
			k = found.next
		}
	}
}

// consumed judges one delivery or effect.
func (j *judgement) consumed(f *finding, n uint32, e *event, became *eventOutcome, group, topic uint8, seen history.Nanos, how string) {
	f.evaluate()
	name := j.ix.groups.text(group)
	switch {
	case !j.subscribed(group, topic):
		j.violationBy(f, Unexpected, n, "it %s %s, which has not subscribed to %s", how, name, j.ix.topics.text(topic))
	case became.main == 0 && e.result == none:
		j.violationBy(f, Unexpected, n, "it %s %s, and it was not published", how, name)
	case became.main == 0:
		j.violationBy(f, Illegal, n, "it %s %s and is not in Kafka", how, name)
	case e.topic != topic:
		j.violationBy(f, Illegal, n, "it %s %s out of %s and is in %s", how, name, j.ix.topics.text(topic), j.ix.topics.text(e.topic))
	case e.result != none && seen+history.Nanos(j.ix.rules.Skew) < e.start:
		j.violationBy(f, Illegal, n, "it %s %s before anybody published it", how, name)
	}
}

func (j *judgement) subscribed(group, topic uint8) bool {
	for _, s := range j.subscribers[topic] {
		if s.group == group {
			return true
		}
	}
	return false
}
