package judge

import (
	"iter"
	"math/bits"

	"assay.dev/assay/harness/history"
)

// groups is a set of the subscribers of one topic, by their place in its list.
type groupSet uint16

func (g groupSet) has(i int) bool { return g&(1<<i) != 0 }
func (g groupSet) size() int      { return bits.OnesCount16(uint16(g)) }

// maxSubscribers is how many groups of one topic are told apart.
const maxSubscribers = 16

// finalState is where an event was found in the finalState.
type finalState uint8

const (
	nowhere finalState = iota // never accepted and never seen: there is nothing to account for
	processed
	expired
	failed
	queued
	lost
)

// eventOutcome is what became of an event: the last states of the event-flow state
// machine that it was seen in, for each subscriber of its topic.
type eventOutcome struct {
	main    uint32 // the first record in its own topic, 0: it is not in Kafka
	records uint32 // in its own topic
	copies  uint32 // in the topic's dead-letter topic
	// processed have shown that they processed it; queued have not committed it;
	// silent have committed it and shown nothing though they would have to.
	processed, queued, silent groupSet
	// failing were to fail or failed for good, by what their deliveries show;
	// condemned are those of them that nothing can have made succeed.
	failing, condemned groupSet
	// skipped are those that another hand moved past an event that was to be poisonous:
	// it needs no dead letter there.
	skipped groupSet
	expired bool
	// otherMode says that it is in a content mode that its topic must not have:
	// what its subscribers make of it is left open.
	otherMode bool
	invalid   bool // by its schema, or its topic does not carry its type
	// noDeadLetters says that no topic takes dead letters of it.
	noDeadLetters bool
	final         finalState
}

// unaccounted is the number of subscribers that acknowledged the event and have
// neither processed nor dead-lettered it.
func (f *eventOutcome) unaccounted() int {
	if f.expired {
		return 0
	}
	spare := max(0, int(f.copies)-f.owed())
	return max(0, (f.silent&^f.failing).size()-spare)
}

// owed is the number of dead letters that the event has to have.
func (f *eventOutcome) owed() int {
	if f.expired || f.noDeadLetters {
		return 0
	}
	return (f.failing &^ f.queued).size()
}

// subscriber is a subscription of a topic.
type subscriber struct {
	group      uint8
	visibility Visibility
	live       bool
	unseen     bool // its evidence was to be effects or deliveries, and there is none
}

// judgement is a history being judged.
type judgement struct {
	ix            *index
	header        history.Header
	damage        []history.Damage
	subscribers   [256][]subscriber
	deadLetters   [256]uint8      // of a topic: its dead-letter topic
	causeOf       [256]uint8      // of a dead-letter topic: its topic
	carries       [256]*[256]bool // by topic and type; nil: it carries any
	eventOutcomes slab[eventOutcome]
	disturbed     disturbances
	endWall       int64     // the wall clock at the end, in milliseconds since 1970
	committed     [][]int64 // the last committed offset, by partition and group
	pods          presence
	offsetJumps   [][]offsetJump // by partition
	clock         clock
	reached       []Situation
}

func newJudgement(ix *index, header history.Header, damage []history.Damage) *judgement {
	j := &judgement{ix: ix, header: header, damage: damage}
	for _, s := range ix.rules.Subscriptions {
		topic := ix.topics.get(s.Topic)
		if len(j.subscribers[topic]) < maxSubscribers {
			j.subscribers[topic] = append(j.subscribers[topic], subscriber{group: ix.groups.get(s.Group), visibility: s.Visibility, live: s.Live || s.Visibility == ByDelivery})
		}
	}
	for _, t := range ix.rules.Topics {
		if t.DeadLettersOf != "" {
			topic, cause := ix.topics.get(t.Name), ix.topics.get(t.DeadLettersOf)
			j.causeOf[topic], j.deadLetters[cause] = cause, topic
		}
		if kinds := ix.rules.Types[t.Name]; len(kinds) > 0 {
			carries := new([256]bool)
			for _, kind := range kinds {
				carries[ix.types.get(kind)] = true
			}
			j.carries[ix.topics.get(t.Name)] = carries
		}
	}
	j.findUnseen()
	ix.settle()
	for _, s := range ix.logs {
		last := make([]int64, len(ix.groups.list)+1)
		for group, marks := range s.commits {
			last[group] = marks[len(marks)-1].offset
		}
		j.committed = append(j.committed, last)
	}
	j.clock = j.findClock()
	j.endWall = j.wall(ix.end)
	j.disturbed = findDisturbances(ix)
	j.pods = findPresence(ix.small.Pods, ix.rules.appOf)
	for _, s := range ix.logs {
		j.offsetJumps = append(j.offsetJumps, j.jumpsOf(s))
	}
	for n := range j.events() {
		j.eventOutcomes.add(j.follow(n))
	}
	j.tally()
	j.reached = j.countSituations()
	return j
}

// findUnseen finds the subscribers of whom nobody recorded anything. They are not
// blamed for it: what they did is unknown.
func (j *judgement) findUnseen() {
	var seen [256]bool
	for i := range j.ix.effects.len() {
		seen[j.ix.effects.at(i).group] = true
	}
	for i := range j.ix.deliv.len() {
		seen[j.ix.deliv.at(i).group] = true
	}
	for topic := range j.subscribers {
		for i := range j.subscribers[topic] {
			s := &j.subscribers[topic][i]
			s.unseen = s.visibility != ByCommit && !seen[s.group]
		}
	}
}

// inconclusiveWhereUnseen notes the subscribers of a topic with records of whom nobody
// recorded anything.
func (j *judgement) inconclusiveWhereUnseen(f *finding) {
	for _, s := range j.ix.logs {
		for _, sub := range j.subscribers[s.topic] {
			if sub.unseen && s.records.len() > 0 {
				f.inconclusive("nothing was recorded of what %s does with %s", j.ix.groups.text(sub.group), j.name(s))
			}
		}
	}
}

// events are the numbers of all events.
func (j *judgement) events() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for n := range j.ix.events.len() {
			if !yield(uint32(n) + 1) {
				return
			}
		}
	}
}

func (j *judgement) outcomeOfEvent(n uint32) *eventOutcome { return j.eventOutcomes.at(int(n) - 1) }

// recordsOf are the records of an event, in all topics, each once.
func (j *judgement) recordsOf(n uint32) iter.Seq2[uint32, *record] {
	return func(yield func(uint32, *record) bool) {
		for r := j.ix.ev(n).records; r != 0; r = j.ix.rec(r).next {
			if !j.ix.rec(r).again && !yield(r, j.ix.rec(r)) {
				return
			}
		}
	}
}

// follow finds out what became of an event.
func (j *judgement) follow(n uint32) eventOutcome {
	e := j.ix.ev(n)
	var f eventOutcome
	j.home(n, e)
	f.noDeadLetters = j.deadLetters[e.topic] == 0
	if e.result == none && j.causeOf[e.topic] != 0 {
		return f // a dead letter of nothing
	}
	for number, r := range j.recordsOf(n) {
		switch r.topic {
		case e.topic:
			if f.main == 0 || r.offset < j.ix.rec(f.main).offset && r.log == j.ix.rec(f.main).log {
				f.main = number
			}
			f.records++
			f.otherMode = f.otherMode || r.binary && r.invalid
			f.invalid = f.invalid || r.invalid && !r.binary || j.carries[r.topic] != nil && !j.carries[r.topic][r.kind]
			f.expired = f.expired || r.expires != 0 && r.expires <= j.endWall
		case j.deadLetters[e.topic]:
			f.copies++
		}
	}
	subscribers := j.subscribers[e.topic]
	for i, s := range subscribers {
		j.atGroup(n, e, &f, i, s)
	}
	f.expired = (f.expired || e.expect == wantExpired) && f.processed == 0
	f.final = f.conclude(e, len(subscribers))
	return f
}

// home corrects the topic of an event that nobody is known to have published:
// its dead letter may have been read before itself.
func (j *judgement) home(n uint32, e *event) {
	if e.result != none || j.causeOf[e.topic] == 0 {
		return
	}
	for _, r := range j.recordsOf(n) {
		if j.causeOf[r.topic] == 0 {
			e.topic = r.topic
			return
		}
	}
}

// conclude names the end of an event: the most severe of what its subscribers show.
func (f *eventOutcome) conclude(e *event, subscribers int) finalState {
	switch {
	case f.main == 0 && e.result == accepted:
		return lost
	case f.main == 0:
		return nowhere
	case f.unaccounted() > 0 || int(f.copies) < f.owed():
		return lost
	case f.queued != 0:
		return queued
	case f.expired:
		return expired
	case f.otherMode && f.processed == 0:
		return failed
	case f.failing|f.skipped != 0 || int(f.copies) > 0 && f.processed.size() < subscribers:
		return failed
	}
	return processed
}
