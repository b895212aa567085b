package judge

// everyDelivery judges flow.delivered: an event in Kafka reaches every subscriber of its
// topic. A subscriber that records tells each delivery; of another one the effect
// tells, or the committed offset that has passed the event.
func everyDelivery(j *judgement, f *finding) {
	f.unit = "deliveries"
	j.doubtUnseen(f)
	for n := range j.events() {
		e, fate := j.ix.ev(n), j.fate(n)
		if fate.main == 0 || fate.invalid || fate.expired {
			continue // Dapr dead-letters these by itself
		}
		f.of(e.topic)
		for i, s := range j.subscribers[e.topic] {
			f.check()
			reached := fate.processed.has(i) || j.triesOf(e, s.group).first != 0 || int(fate.copies) > 0
			if s.evidence != ByDelivery || s.unseen {
				reached = reached || !fate.queued.has(i)
			}
			if !reached {
				j.breachBy(f, Lost, n, "it is in Kafka and was never delivered to %s", j.ix.groups.text(s.group))
			}
		}
	}
}
