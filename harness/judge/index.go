package judge

import (
	"cmp"
	"slices"

	"assay.dev/assay/harness/history"
)

// via is how an event got onto its way.
type via uint8

const (
	viaNobody  via = iota // it was only seen
	viaAPI                // a change through the ingress
	viaSidecar            // published past the API, through a sidecar
	viaKafka              // written straight to Kafka
)

// eventOutcomes of an attempt; none for an event that was only seen.
const (
	none uint8 = iota
	accepted
	refused
	unknown
)

// ends of an event that an attempt was made for.
const (
	anyEnd uint8 = iota
	wantProcessed
	wantFailed
	wantExpired
	wantPoisoned // dead-lettered, or skipped by another hand
)

// event is what is known of one event. Its lists are chained by numbers, which
// count from 1.
type event struct {
	start, end history.Nanos // of the first attempt, both 0 if there was none
	ackOffset  int64         // what the broker answered, -1 if nothing
	sha        digest        // of the bytes that were handed over
	key        uint32        // of its object, or its record
	ackPart    int32
	records    uint32 // the first of its records
	lastRecord uint32
	effects    uint32 // the latest of its effects
	deliveries uint32 // the latest of its deliveries
	topic      uint8
	source     uint8 // 0 where nobody knows it
	via        via
	result     uint8
	expect     uint8
	expectOf   uint8 // group
	change     uint8 // the kind of request of an API event, from 1
	repeats    uint8 // attempts after the first
}

// toFail reports whether an event was published so that nobody processes it.
func (e *event) toFail() bool { return e.expect == wantFailed || e.expect == wantPoisoned }

// record is one record of an event, in its own topic or another one.
type record struct {
	seen    history.Nanos
	stamp   int64
	expires int64
	offset  int64
	sha     digest
	event   uint32
	next    uint32
	key     uint32
	log     uint32
	topic   uint8
	kind    uint8 // type
	class   class // of the events that requests cause
	invalid bool
	unkeyed bool
	// binary says that it is an event in another content mode than the structured
	// one, again that it is an entry of a record that is there already.
	binary, again bool
}

// delivery and effect are seen moments of an event at a group.
type delivery struct {
	seen    history.Nanos
	event   uint32
	next    uint32
	attempt uint16
	group   uint8
	topic   uint8
	answer  uint8
}

type effect struct {
	seen  history.Nanos
	event uint32
	next  uint32
	times uint16
	group uint8
	topic uint8
}

// partitionKey names a partition in one life of its topic.
type partitionKey struct {
	topic     uint8
	partition int32
	life      int32
}

// partitionLog is everything that was seen of one partition.
type partitionLog struct {
	partitionKey
	records slab[uint32]
	bounds  []history.Bounds
	commits map[uint8][]mark // by group
	holes   []history.Hole
	moves   map[uint8][]history.Move // by group
}

// mark is a committed offset and when it was first and last seen.
type mark struct {
	seen, last history.Nanos
	offset     int64
}

// index is a history in the form in which it is judged. Requests and publishes
// have to be added before the rest.
type index struct {
	rules  Rules
	topics names
	groups names
	// sources are told apart where one id is of several; more of them than names has room
	// for are one.
	sources names
	types   names

	ids         ids
	events      slab[event] // event n is at n-1, as its id
	keys        ids         // of objects, and keys of records that are of none
	demands     *demands
	countsByKey slab[uint32] // of key n at n-1: the number of its account, or 0
	counts      slab[objectCounts]
	lines       slab[requestLine]
	sums        slab[sumLine]
	came        slab[cameLine]
	records     slab[record]
	deliv       slab[delivery]
	effects     slab[effect]

	logs     []*partitionLog
	logOf    map[partitionKey]uint32
	attempts attempts
	// loose are the records without an id, claims the attempts that may be theirs, by
	// their bytes.
	loose    []uint32
	byDigest map[digest][]uint32
	// refusals are changes that were refused as if they had been made before.
	refusals map[uint32][]refusal
	// objections are what schemas found, by record.
	objections map[uint32]string
	// clashes are events that two different changes were answered with.
	clashes []uint32
	// small holds the kinds of which there are few.
	small history.History
	// final is the last moment that anything was seen.
	end history.Nanos
}

// attempts counts what was tried.
type attempts struct {
	accepted, refused, unknown int64
	first, last                history.Nanos // of the first start, of the last end
	// unknownMakes are requests without an answer that may have made an object which no
	// answer names, by the class of the event that it starts with; derives are the objects
	// that the platform makes because of requests, by that class and by request.
	unknownMakes map[class]int64
	derives      map[class][]derives
}

func newIndex(rules Rules) *index {
	ix := &index{
		rules: rules, topics: newNames(), groups: newNames(), types: newNames(), sources: newNames(),
		ids: newIDs(), keys: newIDs(), logOf: map[partitionKey]uint32{}, byDigest: map[digest][]uint32{},
		refusals: map[uint32][]refusal{}, objections: map[uint32]string{},
	}
	for _, t := range rules.Topics {
		ix.topics.get(t.Name)
	}
	for _, s := range rules.Subscriptions {
		ix.groups.get(s.Group)
	}
	ix.demands = newDemands(rules, &ix.topics, &ix.types)
	ix.attempts.unknownMakes, ix.attempts.derives = map[class]int64{}, map[class][]derives{}
	return ix
}

// event returns the event of that id, made if it is new, and its number.
func (ix *index) event(text string) (*event, uint32) {
	n, fresh := ix.ids.get(fold(text))
	if fresh {
		ix.events.add(event{ackOffset: -1, ackPart: -1})
	}
	return ix.events.at(int(n) - 1), n
}

// eventOf returns the event of an id and a source. What does not say its source is the
// first event of its id.
func (ix *index) eventOf(text, source string) (*event, uint32) {
	e, n := ix.event(text)
	if source == "" {
		return e, n
	}
	from := ix.sources.get(source)
	if e.source != 0 && e.source != from {
		e, n = ix.event(fold(text) + " of " + source)
	}
	if e.source == 0 {
		e.source = from
	}
	return e, n
}

func (ix *index) keyNumber(text string) uint32 {
	n, fresh := ix.keys.get(text)
	if fresh {
		ix.countsByKey.add(0)
	}
	return n
}

func (ix *index) partitionLog(topic uint8, partition, life int32) uint32 {
	key := partitionKey{topic, partition, life}
	if n, known := ix.logOf[key]; known {
		return n
	}
	n := uint32(len(ix.logs))
	ix.logs = append(ix.logs, &partitionLog{partitionKey: key, commits: map[uint8][]mark{}, moves: map[uint8][]history.Move{}})
	ix.logOf[key] = n
	return n
}

func (ix *index) saw(moments ...history.Nanos) {
	for _, m := range moments {
		ix.end = max(ix.end, m)
	}
}

// settle puts everything in order once all is added.
func (ix *index) settle() {
	for _, s := range ix.logs {
		slices.SortStableFunc(s.bounds, func(a, b history.Bounds) int { return cmp.Compare(a.Seen, b.Seen) })
		for group := range s.commits {
			slices.SortStableFunc(s.commits[group], func(a, b mark) int { return cmp.Compare(a.seen, b.seen) })
		}
		slices.SortStableFunc(s.holes, func(a, b history.Hole) int { return cmp.Compare(a.From, b.From) })
		ix.sortLog(s)
		ix.markAgain(s)
	}
	ix.settleLoose()
	h := &ix.small
	slices.SortStableFunc(h.Groups, func(a, b history.Group) int { return cmp.Compare(a.Seen, b.Seen) })
	slices.SortStableFunc(h.Clocks, func(a, b history.ClockPair) int { return cmp.Compare(a.Seen, b.Seen) })
	slices.SortStableFunc(h.Faults, func(a, b history.Fault) int { return cmp.Compare(a.Requested, b.Requested) })
	slices.SortStableFunc(h.Pods, func(a, b history.Pod) int { return cmp.Compare(a.Seen, b.Seen) })
	slices.SortStableFunc(h.Deployments, func(a, b history.Deployment) int { return cmp.Compare(a.Seen, b.Seen) })
}

// sortLog orders a partition's records by offset. They come that way but for
// observers that read side by side.
func (ix *index) sortLog(s *partitionLog) {
	sorted := true
	for i := 1; i < s.records.len() && sorted; i++ {
		sorted = ix.rec(*s.records.at(i - 1)).offset <= ix.rec(*s.records.at(i)).offset
	}
	if sorted {
		return
	}
	all := make([]uint32, 0, s.records.len())
	for i := range s.records.len() {
		all = append(all, *s.records.at(i))
	}
	slices.SortStableFunc(all, func(a, b uint32) int { return cmp.Compare(ix.rec(a).offset, ix.rec(b).offset) })
	for i, n := range all {
		*s.records.at(i) = n
	}
}

// markAgain marks entries of a record that has one already: a record is what is at an
// offset of a partition, however often it was read.
func (ix *index) markAgain(s *partitionLog) {
	for i := 1; i < s.records.len(); i++ {
		before, r := ix.rec(*s.records.at(i - 1)), ix.rec(*s.records.at(i))
		r.again = before.offset == r.offset && before.sha == r.sha && before.event == r.event
	}
}

func (ix *index) ev(n uint32) *event   { return ix.events.at(int(n) - 1) }
func (ix *index) rec(n uint32) *record { return ix.records.at(int(n) - 1) }
