package judge

// everythingEnds judges flow.ended: every event that was accepted, and every other
// one that is in Kafka, has ended as processed, expired or failed. Nothing is
// lost, and nothing still waits.
func everythingEnds(j *judgement, f *finding) {
	for n := range j.events() {
		e, fate := j.ix.ev(n), j.fate(n)
		if fate.end == nowhere {
			continue
		}
		f.of(e.topic)
		f.check()
		switch {
		case fate.end == queued:
			j.breachBy(f, Queued, n, "it still waits at %s", j.list(e.topic, fate.queued))
		case fate.end != lost:
		case fate.main == 0:
			j.breachBy(f, Lost, n, "it was accepted and is nowhere")
		case fate.unaccounted() > 0:
			silent := fate.silent &^ fate.failing
			j.breachBy(f, Lost, n, "it was acknowledged and came to no end at %s%s", j.list(e.topic, silent),
				j.leapNote(e.topic, j.ix.rec(fate.main), silent))
		default:
			j.breachBy(f, Lost, n, "it failed and has %d of %d dead letters", fate.copies, fate.owed())
		}
	}
	j.doubtUnseen(f)
	j.doubtLeaps(f)
	for _, s := range j.ix.slots {
		for _, sub := range j.subscribers[s.topic] {
			if s.records.len() > 0 && len(s.commits[sub.group]) == 0 {
				f.doubt("no committed offset of %s at %s was seen", j.ix.groups.text(sub.group), j.name(s))
			}
		}
	}
}
