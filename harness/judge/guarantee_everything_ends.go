package judge

// everythingEnds judges flow.ended: every event that was accepted, and every other
// one that is in Kafka, has ended as processed, expired or failed. Nothing is
// lost, and nothing still waits.
func everythingEnds(j *judgement, f *finding) {
	for n := range j.events() {
		e, became := j.ix.ev(n), j.outcomeOfEvent(n)
		if became.final == nowhere {
			continue
		}
		f.of(e.topic)
		f.evaluate()
		switch {
		case became.final == queued:
			j.violationBy(f, Queued, n, "not committed by %s at the end of the run", j.list(e.topic, became.queued))
		case became.final != lost:
		case became.main == 0:
			j.violationBy(f, Lost, n, "accepted, but never seen in Kafka")
		case became.unaccounted() > 0:
			silent := became.silent &^ became.failing
			j.violationBy(f, Lost, n, "committed by %s%s, without effect or dead letter", j.list(e.topic, silent),
				j.jumpNote(e.topic, j.ix.rec(became.main), silent))
		default:
			j.violationBy(f, Lost, n, "it failed and has %d of %d dead letters", became.copies, became.owed())
		}
	}
	j.inconclusiveWhereUnseen(f)
	j.inconclusiveForJumps(f)
	for _, s := range j.ix.logs {
		for _, sub := range j.subscribers[s.topic] {
			if s.records.len() > 0 && len(s.commits[sub.group]) == 0 {
				f.inconclusive("no committed offset of %s at %s was seen", j.ix.groups.text(sub.group), j.name(s))
			}
		}
	}
}
