package judge

// acceptedInKafka judges flow.accepted: an event that was accepted is in its topic, and
// what the broker acknowledged is where the broker said, byte by byte.
func acceptedInKafka(j *judgement, f *finding) {
	for n := range j.events() {
		e := j.ix.ev(n)
		if e.result != accepted {
			continue
		}
		f.of(e.topic)
		f.evaluate()
		if j.outcomeOfEvent(n).main == 0 {
			j.violationBy(f, Lost, n, "it was accepted and is not in %s", j.ix.topics.text(e.topic))
			continue
		}
		if e.ackOffset >= 0 {
			j.acknowledged(f, n, e)
		}
	}
}

// acknowledged compares a broker's answer with what lies there.
func (j *judgement) acknowledged(f *finding, n uint32, e *event) {
	for _, r := range j.recordsOf(n) {
		s := j.ix.logs[r.log]
		if r.topic != e.topic || s.partition != e.ackPart || r.offset != e.ackOffset {
			continue
		}
		if e.sha != (digest{}) && r.sha != e.sha {
			j.violationBy(f, Illegal, n, "payload in Kafka differs from what was published")
		}
		return
	}
	j.violationBy(f, Illegal, n, "the broker acknowledged it at %s/%d offset %d, where it is not", j.ix.topics.text(e.topic), e.ackPart, e.ackOffset)
}
