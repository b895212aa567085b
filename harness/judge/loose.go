package judge

import "fmt"

// settleLoose finds the events of the records without an id. Equal bytes are no
// identity: each record is one event, that of one attempt if an attempt with its bytes
// is left, and each dead letter is that of one record.
func (ix *index) settleLoose() {
	if len(ix.loose) == 0 {
		return
	}
	dead := map[uint8]uint8{} // of a dead-letter topic: its topic
	for _, t := range ix.rules.Topics {
		if t.DeadLettersOf != "" {
			dead[ix.topics.get(t.Name)] = ix.topics.get(t.DeadLettersOf)
		}
	}
	var letters, rest []uint32
	taken := map[uint32]int{} // byDigest of an event that have their record
	for _, number := range ix.loose {
		switch r := ix.rec(number); {
		case r.again:
			ix.alone(number) // it has been given to its event by its first entry
		case dead[r.topic] != 0 && len(ix.candidates(r)) == 0:
			letters = append(letters, number)
		case !ix.takenOver(number, taken, ix.acknowledgedAs):
			rest = append(rest, number)
		}
	}
	for _, number := range rest {
		anyOf := func(*event, *record) bool { return true }
		if !ix.takenOver(number, taken, anyOf) {
			ix.alone(number)
		}
	}
	ix.settleLetters(letters, dead)
}

// candidates are the attempts to publish the bytes of a record into its topic.
func (ix *index) candidates(r *record) []uint32 {
	var all []uint32
	for _, n := range ix.byDigest[r.sha] {
		if ix.ev(n).topic == r.topic {
			all = append(all, n)
		}
	}
	return all
}

// takenOver gives a record to an attempt that suits it and has none: to an accepted one
// before one without an answer, and to that before a refused one.
func (ix *index) takenOver(number uint32, taken map[uint32]int, suits func(*event, *record) bool) bool {
	r := ix.rec(number)
	best := uint32(0)
	for _, n := range ix.candidates(r) {
		e := ix.ev(n)
		if taken[n] > int(e.repeats) || !suits(e, r) {
			continue
		}
		if best == 0 || rank(e) < rank(ix.ev(best)) {
			best = n
		}
	}
	if best == 0 {
		return false
	}
	taken[best]++
	ix.link(number, best)
	return true
}

// acknowledgedAs reports whether a broker acknowledged an event where a record is.
func (ix *index) acknowledgedAs(e *event, r *record) bool {
	return e.ackOffset == r.offset && e.ackPart == ix.logs[r.log].partition
}

// rank orders the outcomes of attempts by how likely they left a record.
func rank(e *event) int {
	switch e.result {
	case accepted:
		return 0
	case unknown:
		return 1
	}
	return 2
}

// alone makes a record an event of its own, named by its place.
func (ix *index) alone(number uint32) {
	r := ix.rec(number)
	s := ix.logs[r.log]
	label := fmt.Sprintf("the record at %s/%d offset %d", ix.topics.text(r.topic), s.partition, r.offset)
	if s.life > 0 {
		label += fmt.Sprintf(" of generation %d of its topic", s.life)
	}
	_, n := ix.event(label)
	ix.link(number, n)
}

// settleLetters gives each dead letter without an id to a record with its bytes in the
// topic whose dead letters it is among, evenly: where too few letters are left, an
// event lacks one, and where there are too many, an event has one too many.
func (ix *index) settleLetters(letters []uint32, dead map[uint8]uint8) {
	type place struct {
		topic uint8
		sha   digest
	}
	events := map[place][]uint32{}
	for _, number := range letters {
		r := ix.rec(number)
		events[place{dead[r.topic], r.sha}] = nil
	}
	for i := range ix.records.len() {
		r := ix.records.at(i)
		if known, wanted := events[place{r.topic, r.sha}]; wanted && r.event != 0 && !r.again {
			events[place{r.topic, r.sha}] = append(known, r.event)
		}
	}
	given := map[place]int{}
	for _, number := range letters {
		r := ix.rec(number)
		at := place{dead[r.topic], r.sha}
		if of := events[at]; len(of) > 0 {
			ix.link(number, of[given[at]%len(of)])
			given[at]++
			continue
		}
		ix.alone(number)
	}
}
