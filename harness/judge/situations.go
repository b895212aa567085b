package judge

import (
	"slices"

	"assay.dev/assay/harness/history"
)

// Situation is something that a run has to come to before a guarantee is put to the
// test: a guarantee that was never put to the test is not passed.
type Situation struct {
	Name      string `json:"name"`
	Guarantee string `json:"guarantee"`
	// Reached is how often the history came to it.
	Reached int64 `json:"reached"`
	// Wanted says that the run had to come to it.
	Wanted bool `json:"wanted,omitempty"`
}

// The names of the situations, as verdicts and Rules.Situations hold them.
const (
	RetryThenSuccess    = "retry-then-success"
	RetryThenDeadLetter = "retry-then-dead-letter"
	DropThenDeadLetter  = "drop-then-dead-letter"
	BytesDeadLettered   = "bytes-without-id-dead-lettered"
	ExpiredUndelivered  = "expired-before-its-delivery"
	DeliveredInTime     = "delivered-before-its-expiration"
	Redelivery          = "processed-again"
	GroupRebalance      = "rebalance-with-records-in-flight"
	LostAnswer          = "publish-without-an-answer"
	PublishedAgain      = "published-again"
	OffsetWithoutRecord = "offset-without-a-record"
	PublishedInSilence  = "published-in-silence"
	LostAcknowledgement = "redelivery-after-a-lost-acknowledgement"
)

// situation is one row: what puts which guarantee to the test, and how an event, or
// the history as a whole, comes to it.
type situation struct {
	name, guarantee string
	event           func(j *judgement, e *event, f *eventOutcome) bool
	count           func(j *judgement) int64
}

// situations are all situations that are counted.
var situations = []situation{
	{name: RetryThenSuccess, guarantee: NoFalseDeadLetter, event: func(j *judgement, e *event, _ *eventOutcome) bool {
		return j.tried(e, func(t tries) bool { return t.failures > 0 && t.successes > 0 })
	}},
	{name: RetryThenDeadLetter, guarantee: FailedDeadLetters, event: func(j *judgement, e *event, f *eventOutcome) bool {
		return f.copies > 0 && j.tried(e, func(t tries) bool { return t.failures > 0 && t.drops == 0 && t.exhausted(&j.ix.rules) })
	}},
	{name: DropThenDeadLetter, guarantee: FailedDeadLetters, event: func(j *judgement, e *event, f *eventOutcome) bool {
		return f.copies > 0 && j.tried(e, func(t tries) bool { return t.drops > 0 })
	}},
	{name: BytesDeadLettered, guarantee: FailedDeadLetters, event: func(j *judgement, _ *event, f *eventOutcome) bool {
		return f.copies > 0 && f.main != 0 && j.ix.rec(f.main).kind == 0
	}},
	{name: ExpiredUndelivered, guarantee: ExpiredUnused, event: func(_ *judgement, _ *event, f *eventOutcome) bool {
		return f.main != 0 && f.expired
	}},
	{name: DeliveredInTime, guarantee: ExpiredUnused, event: func(j *judgement, _ *event, f *eventOutcome) bool {
		return f.main != 0 && j.ix.rec(f.main).expires != 0 && f.processed != 0
	}},
	{name: Redelivery, guarantee: NoDuplicates, event: func(j *judgement, e *event, f *eventOutcome) bool {
		for i, s := range j.subscribers[e.topic] {
			if times, _ := j.timesProcessed(e, s.group); f.processed.has(i) && times > 1 {
				return true
			}
		}
		return false
	}},
	{name: LostAcknowledgement, guarantee: NoDuplicates, event: func(j *judgement, e *event, _ *eventOutcome) bool {
		return j.tried(e, func(t tries) bool { return t.lost > 0 && t.successes+t.failures > t.lost })
	}},
	{name: GroupRebalance, guarantee: NoDuplicates, count: rebalancesInFlight},
	{name: LostAnswer, guarantee: Unique, count: func(j *judgement) int64 { return j.ix.attempts.unknown }},
	{name: PublishedAgain, guarantee: Unique, event: func(_ *judgement, _ *event, f *eventOutcome) bool { return f.records > 1 }},
	{name: OffsetWithoutRecord, guarantee: Offsets, count: func(j *judgement) int64 {
		n := int64(0)
		for _, s := range j.ix.logs {
			n += int64(len(s.holes))
		}
		return n
	}},
	{name: PublishedInSilence, guarantee: InKafka, count: publishedInSilence},
}

// rebalancesInFlight counts the rebalances of groups that had not committed all of the
// records that were there.
func rebalancesInFlight(j *judgement) int64 {
	n, marks := int64(0), j.firstMarks()
	for _, d := range rebalances(j.ix) {
		at := d.from + history.Nanos(j.ix.rules.Delivered) // the middle of its time
		if j.inFlight(j.ix.groups.get(d.app), at, marks) {
			n++
		}
	}
	return n
}

// inFlight reports whether a group had records before it at a moment: the last one of a
// partition, for it commits them in their order.
func (j *judgement) inFlight(group uint8, at history.Nanos, marks firstMarks) bool {
	for _, s := range j.ix.logs {
		if !j.subscribed(group, s.topic) {
			continue
		}
		for i := s.records.len() - 1; i >= 0; i-- {
			r := j.ix.rec(*s.records.at(i))
			if r.seen > at {
				continue
			}
			if passed := marks.passed(r, group); passed == 0 || passed > at {
				return true
			}
			break
		}
	}
	return false
}

// publishedInSilence counts the accepted changes whose event came to Kafka after an
// outage, where the last attempt of all had ended before the outage did: nothing but the
// platform itself can have pushed them.
func publishedInSilence(j *judgement) int64 {
	n := int64(0)
	for _, fault := range j.ix.small.Faults {
		if fault.Recovery == 0 || fault.Recovery <= j.ix.attempts.last {
			continue
		}
		for number := range j.events() {
			e, f := j.ix.ev(number), j.outcomeOfEvent(number)
			if e.via == viaAPI && e.result == accepted && f.main != 0 && j.ix.rec(f.main).seen > fault.Recovery {
				n++
			}
		}
	}
	return n
}

// tried reports whether the deliveries of an event to any of its subscribers suit.
func (j *judgement) tried(e *event, suits func(tries) bool) bool {
	if e.deliveries == 0 {
		return false
	}
	for _, s := range j.subscribers[e.topic] {
		if suits(j.triesOf(e, s.group)) {
			return true
		}
	}
	return false
}

// countSituations counts how often the history came to each situation.
func (j *judgement) countSituations() []Situation {
	all, wanted := make([]Situation, len(situations)), j.wantedSituations()
	for i, s := range situations {
		all[i] = Situation{Name: s.name, Guarantee: s.guarantee, Wanted: slices.Contains(wanted, s.name)}
		if s.count != nil {
			all[i].Reached = s.count(j)
		}
	}
	for n := range j.events() {
		e, f := j.ix.ev(n), j.outcomeOfEvent(n)
		for i, s := range situations {
			if s.event != nil && s.event(j, e, f) {
				all[i].Reached++
			}
		}
	}
	return all
}

// unreached says which situation of a guarantee the run had to come to and did not,
// empty if none.
func (j *judgement) unreached(guarantee string) string {
	if j == nil {
		return ""
	}
	for _, s := range j.reached {
		if s.Guarantee == guarantee && s.Reached == 0 && s.Wanted {
			return "the run never came to the situation " + s.Name
		}
	}
	return ""
}

// wantedSituations are those that the rules ask for, and those of the faults in the
// history.
func (j *judgement) wantedSituations() []string {
	wanted := slices.Clone(j.ix.rules.Situations)
	for _, fault := range j.ix.small.Faults {
		wanted = append(wanted, j.ix.rules.Objectives[fault.Name].Situations...)
	}
	return wanted
}

// EventingSituations are the situations that the eventing experiment brings about on
// purpose, by its script and by what it publishes past the API.
func EventingSituations() []string {
	return []string{
		RetryThenSuccess, RetryThenDeadLetter, DropThenDeadLetter, BytesDeadLettered, ExpiredUndelivered,
		DeliveredInTime, LostAcknowledgement, LostAnswer, OffsetWithoutRecord,
	}
}
