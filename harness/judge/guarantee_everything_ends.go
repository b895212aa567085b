package judge

// everythingEnds judges flow.ended: every event that was accepted, and every other
// one that is in Kafka, has ended as processed, expired or failed. Nothing is
// lost, and nothing still waits.
func everythingEnds(j *judgement, f *finding) {
	for n := range j.events() {
		e, outcome := j.ix.ev(n), j.outcomeOfEvent(n)
		if outcome.end == nowhere {
			continue
		}
		f.of(e.topic)
		f.check()
		switch {
		case outcome.end == queued:
			j.violationBy(f, Queued, n, "it still waits at %s", j.list(e.topic, outcome.queued))
		case outcome.end != lost:
		case outcome.main == 0:
			j.violationBy(f, Lost, n, "it was accepted and is nowhere")
		case outcome.unaccounted() > 0:
			silent := outcome.silent &^ outcome.failing
			j.violationBy(f, Lost, n, "it was acknowledged and came to no end at %s%s", j.list(e.topic, silent),
				j.leapNote(e.topic, j.ix.rec(outcome.main), silent))
		default:
			j.violationBy(f, Lost, n, "it failed and has %d of %d dead letters", outcome.copies, outcome.owed())
		}
	}
	j.inconclusiveWhereUnseen(f)
	j.inconclusiveForLeaps(f)
	for _, s := range j.ix.logs {
		for _, sub := range j.subscribers[s.topic] {
			if s.records.len() > 0 && len(s.commits[sub.group]) == 0 {
				f.inconclusive("no committed offset of %s at %s was seen", j.ix.groups.text(sub.group), j.name(s))
			}
		}
	}
}
