package judge

// validIsNotDeadLettered judges flow.retried: an event that can be processed is not
// dead-lettered, unless what disturbed its subscribers outlasted the retries.
func validIsNotDeadLettered(j *judgement, f *finding) {
	for n := range j.events() {
		e, outcome := j.ix.ev(n), j.outcomeOfEvent(n)
		if outcome.main == 0 || outcome.expired || outcome.otherMode || e.expect == wantExpired || j.deadLetters[e.topic] == 0 {
			continue
		}
		f.of(e.topic)
		f.check()
		extra := int(outcome.copies) - (outcome.failing | outcome.skipped).size()
		if extra <= 0 {
			continue
		}
		first, last := j.ix.rec(outcome.main), j.ix.rec(outcome.main)
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
			j.violationBy(f, Unexpected, n, "it has %d dead letters, and nothing is known that kept it from being processed for longer than the retries last", outcome.copies)
		}
	}
}
