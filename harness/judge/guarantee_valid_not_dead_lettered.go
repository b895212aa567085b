package judge

// validIsNotDeadLettered judges flow.retried: an event that can be processed is not
// dead-lettered, unless what disturbed its subscribers outlasted the retries.
func validIsNotDeadLettered(j *judgement, f *finding) {
	for n := range j.events() {
		e, became := j.ix.ev(n), j.outcomeOfEvent(n)
		if became.main == 0 || became.expired || became.otherMode || e.expect == wantExpired || j.deadLetters[e.topic] == 0 {
			continue
		}
		f.of(e.topic)
		f.evaluate()
		extra := int(became.copies) - (became.failing | became.skipped).size()
		if extra <= 0 {
			continue
		}
		first, last := j.ix.rec(became.main), j.ix.rec(became.main)
		for _, r := range j.recordsOf(n) {
			if r.topic == j.deadLetters[e.topic] && r.seen > last.seen {
				last = r
			}
		}
		allowed := 0
		for _, s := range j.subscribers[e.topic] {
			allowed += j.disturbed.lasting(j.ix.groups.text(s.group), first.seen, last.seen, &j.ix.rules)
			// To the sidecar, an answer that does not arrive is a failure.
			if t := j.triesOf(e, s.group); t.lost == t.successes && t.lost+t.failures > j.ix.rules.Retries {
				allowed++
			}
		}
		if extra > allowed && first.expires != 0 && j.clock.trouble() != "" {
			f.inconclusive("%s", j.clock.trouble()) // it may have expired before it was delivered
			continue
		}
		if extra > allowed {
			j.violationBy(f, Unexpected, n, "it has %d dead letters, and nothing that was observed prevented processing for longer than the retries last", became.copies)
		}
	}
}
