package judge

// expiredIsNotProcessed judges flow.expired: an event whose time to live has ended is
// not processed any more.
func expiredIsNotProcessed(j *judgement, f *finding) {
	for n := range j.events() {
		e, became := j.ix.ev(n), j.outcomeOfEvent(n)
		if became.main == 0 {
			continue
		}
		expires := j.ix.rec(became.main).expires
		if e.expect != wantExpired && expires == 0 {
			continue
		}
		f.of(e.topic)
		f.evaluate()
		if e.expect == wantExpired {
			j.expected(f, n, e, became, expires)
			continue
		}
		late := expires + j.ix.rules.Skew.Milliseconds()
		for _, s := range j.subscribers[e.topic] {
			if at := j.processedAt(e, s.group); s.live && at != 0 && j.firstTry(e, s.group) > late {
				j.violationBy(f, Illegal, n, "%s processed it after it had expired", j.ix.groups.text(s.group))
			}
		}
	}
}

// expected judges an event that was published to expire.
func (j *judgement) expected(f *finding, n uint32, e *event, became *eventOutcome, expires int64) {
	if expires == 0 {
		j.violationBy(f, Illegal, n, "it was published with a time to live and carries no expiration")
	}
	for i, s := range j.subscribers[e.topic] {
		if became.processed.has(i) && (e.expectOf == 0 || e.expectOf == s.group) {
			j.violationBy(f, Illegal, n, "%s processed it, though its time to live had ended before it could be delivered", j.ix.groups.text(s.group))
		}
	}
}

// firstTry is the wall clock, in milliseconds since 1970, of an event's first
// delivery to a group: a retry may come after the expiration that the first
// attempt was in time for.
func (j *judgement) firstTry(e *event, group uint8) int64 {
	at := j.triesOf(e, group).first
	if at == 0 {
		at = j.processedAt(e, group)
	}
	return j.wall(at)
}
