package judge

// everyDelivery judges flow.delivered: an event in Kafka reaches every subscriber of its
// topic. A subscriber that records tells each delivery; of another one the effect
// tells, or the committed offset that has passed the event.
func everyDelivery(j *judgement, f *finding) {
	f.unit = "deliveries"
	j.inconclusiveWhereUnseen(f)
	for n := range j.events() {
		e, became := j.ix.ev(n), j.outcomeOfEvent(n)
		if became.main == 0 || became.invalid || became.expired {
			continue // Dapr dead-letters these by itself
		}
		f.of(e.topic)
		for i, s := range j.subscribers[e.topic] {
			f.evaluate()
			reached := became.processed.has(i) || j.triesOf(e, s.group).first != 0 || int(became.copies) > 0
			if s.visibility != ByDelivery || s.unseen {
				reached = reached || !became.queued.has(i)
			}
			if !reached {
				j.violationBy(f, Lost, n, "it is in Kafka and was never delivered to %s", j.ix.groups.text(s.group))
			}
		}
	}
}
