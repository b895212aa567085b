package judge

import "assay.dev/assay/harness/history"

// repeatsPerDisturbance is how often a publisher may repeat one event while what
// acknowledges it is disturbed: an outbound retry for each lost answer.
const repeatsPerDisturbance = 5

// uniqueIDs judges event.ids: an id is of one event, and an event is published
// once, unless its publisher had to ask again.
func uniqueIDs(j *judgement, f *finding) {
	for _, n := range j.ix.clashes {
		f.of(j.ix.ev(n).topic)
		j.violationBy(f, Illegal, n, "two different changes were answered with this id")
	}
	for n := range j.events() {
		became := j.outcomeOfEvent(n)
		if became.main == 0 {
			continue
		}
		f.of(j.ix.ev(n).topic)
		f.evaluate()
		if became.records < 2 {
			continue
		}
		e := j.ix.ev(n)
		first, last := j.ix.rec(became.main), j.ix.rec(became.main)
		differ := false
		for _, r := range j.recordsOf(n) {
			if r.topic == e.topic {
				differ = differ || r.sha != first.sha
				if r.seen > last.seen {
					last = r
				}
			}
		}
		if differ {
			j.violationBy(f, Illegal, n, "the id is that of %d records with different bytes", became.records)
			continue
		}
		allowed := 1 + int(e.repeats) + repeatsPerDisturbance*j.disturbed.count(j.publisherOf(e), publishing(j, e, first), last.seen)
		if e.result == unknown {
			allowed++
		}
		if int(became.records) > allowed {
			j.violationBy(f, Duplicated, n, "it was published once and is in Kafka %d times", became.records)
		}
	}
}

// publisherOf is the application that publishes an event of the API, empty if nobody knows.
func (j *judgement) publisherOf(e *event) string {
	if e.via != viaAPI && e.via != viaNobody {
		return ""
	}
	topic := j.ix.topics.text(e.topic)
	for _, f := range j.ix.rules.Families {
		if f.Topic == topic {
			return f.Publisher
		}
	}
	return ""
}

// publishing is when the publishing of an event started.
func publishing(j *judgement, e *event, first *record) history.Nanos {
	if e.result != none {
		return e.start
	}
	return first.seen - history.Nanos(j.ix.rules.Delivered)
}
