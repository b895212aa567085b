package judge

// deadLettersAreCopies judges flow.dead-letter: a dead letter is an event of the topic whose
// dead letters it is among, with the same id and the same bytes.
func deadLettersAreCopies(j *judgement, f *finding) {
	f.unit = "dead letters"
	for i := range j.ix.records.len() {
		r := j.ix.records.at(i)
		cause := j.causeOf[r.topic]
		if cause == 0 || r.again {
			continue
		}
		e := j.ix.ev(r.event)
		if e.result != none && e.topic == r.topic {
			continue // somebody published it there
		}
		f.of(r.topic)
		f.evaluate()
		original, elsewhere := j.original(r, cause)
		switch {
		case original == nil && elsewhere:
			j.violationBy(f, Illegal, r.event, "it is of %s and a dead letter of %s", j.ix.topics.text(e.topic), j.ix.topics.text(cause))
		case original != nil && original.event != r.event:
			j.violationBy(f, Illegal, r.event, "the dead letter of %s has another id", j.ix.ids.text(original.event))
		case original == nil && j.outcomeOfEvent(r.event).main != 0:
			j.violationBy(f, Illegal, r.event, "the dead letter has other bytes than the event")
		case original == nil:
			j.violationBy(f, Unexpected, r.event, "the dead letter is of nothing that is in %s", j.ix.topics.text(cause))
		}
	}
}

// original finds the record that a dead letter copies: one of the same event with
// the same bytes, or else any with the same bytes. Elsewhere says that the event
// is of another topic.
func (j *judgement) original(letter *record, cause uint8) (found *record, elsewhere bool) {
	for _, r := range j.recordsOf(letter.event) {
		if r.topic == cause && r.sha == letter.sha {
			return r, false
		}
		elsewhere = elsewhere || r.topic != cause && j.causeOf[r.topic] == 0
	}
	if elsewhere || j.outcomeOfEvent(letter.event).main != 0 {
		return nil, elsewhere
	}
	for i := range j.ix.records.len() { // rare: the dead letter of an unknown event
		if r := j.ix.records.at(i); r.topic == cause && r.sha == letter.sha {
			return r, false
		}
	}
	return nil, false
}
