package judge

import "strings"

// failedIsDeadLettered judges flow.failed, flow.dropped to flow.unroutable and event.invalid: an event
// that cannot be processed has one dead letter for each subscriber that it failed
// at, and is in no worker's state.
func failedIsDeadLettered(j *judgement, f *finding) {
	for n := range j.events() {
		e, became := j.ix.ev(n), j.outcomeOfEvent(n)
		if became.main == 0 || became.failing|became.skipped == 0 {
			continue
		}
		f.of(e.topic)
		f.blames(j.failure(e, became))
		f.evaluate()
		if both := became.processed & became.condemned; both != 0 {
			j.violationBy(f, Illegal, n, "it cannot be processed and was, by %s", j.list(e.topic, both))
		}
		if int(became.copies) < became.owed() {
			j.violationBy(f, Lost, n, "it failed at %s and has %d of %d dead letters", j.list(e.topic, became.failing&^became.queued), became.copies, became.owed())
		}
	}
}

// failure is the requirement that is for the way in which an event failed.
func (j *judgement) failure(e *event, became *eventOutcome) string {
	r := j.ix.rec(became.main)
	if objection, invalid := j.ix.objections[became.main]; invalid && r.kind != 0 && !strings.Contains(objection, "not JSON") {
		return "event.invalid"
	}
	if r.kind == 0 {
		return "flow.undecodable"
	}
	if carries := j.carries[r.topic]; carries != nil && !carries[r.kind] {
		return "flow.unroutable"
	}
	for _, s := range j.subscribers[e.topic] {
		if j.triesOf(e, s.group).drops > 0 {
			return "flow.dropped"
		}
	}
	return "flow.failed"
}
