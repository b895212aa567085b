package judge

// knownOrigin judges that nothing is in Kafka that nobody put there: no event
// that was refused, none in a topic that it was not published to, none out of
// nowhere. Events of the API that no answer names are judged by their key.
func knownOrigin(j *judgement, f *finding) {
	for n := range j.events() {
		e, became := j.ix.ev(n), j.outcomeOfEvent(n)
		f.of(e.topic)
		if became.main != 0 {
			f.blames("flow.no-other-transition")
			f.evaluate()
			r := j.ix.rec(became.main)
			switch {
			case e.result == refused:
				if e.via == viaAPI {
					f.blames("event.refused-requests")
				}
				j.violationBy(f, Illegal, n, "it was refused and is in Kafka")
			case e.via == viaNobody && !j.ofTheAPI(r):
				j.violationBy(f, Unexpected, n, "no publisher of it is known")
			}
		}
		for _, r := range j.recordsOf(n) {
			f.blames("flow.no-other-transition")
			if r.topic != e.topic && j.causeOf[r.topic] == 0 {
				j.violationBy(f, Illegal, n, "it is of %s and was found in %s", j.ix.topics.text(e.topic), j.ix.topics.text(r.topic))
			}
		}
	}
}

// ofTheAPI reports whether a record can be the consequence of a request.
func (j *judgement) ofTheAPI(r *record) bool { return r.key != 0 && r.class != 0 }
