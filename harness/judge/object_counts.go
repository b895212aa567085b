package judge

import (
	"iter"

	"assay.dev/assay/harness/history"
)

// objectCounts is what is known of one object that requests are about: what was asked for, and
// what of it came to Kafka. Its lines are chained by numbers, which count from 1.
type objectCounts struct {
	key   uint32
	known bool   // a request names it
	lines uint32 // requests
	sums  uint32 // counts of further events
	came  uint32 // classes of events
}

// requestLine counts the requests of a kind about one object.
type requestLine struct {
	next     uint32
	request  uint8
	accepted uint32
	nameless uint32 // those of them whose answer named no event
	unknown  uint32 // those whose answer did not come
}

// sumLine adds up what accepted requests are counted for (sure), and what those may have
// caused whose answer did not come (maybe).
type sumLine struct {
	next        uint32
	request     uint8
	further     uint8
	sure, maybe uint32
}

// cameLine counts the events of a class that came to Kafka, each once however many records
// it has: linked ones belong to an accepted request, others do not.
type cameLine struct {
	next             uint32
	class            class
	linked, unlinked uint32
}

// countsOf returns the counts of a key, made if they are new.
func (ix *index) countsOf(key uint32) *objectCounts {
	if key == 0 {
		return &objectCounts{}
	}
	at := ix.countsByKey.at(int(key) - 1)
	if *at == 0 {
		*at = uint32(ix.counts.add(objectCounts{key: key})) + 1
	}
	return ix.counts.at(int(*at) - 1)
}

// line returns the line of a kind of request, made if it is new.
func (ix *index) line(a *objectCounts, request uint8) *requestLine {
	for n := a.lines; n != 0; n = ix.lines.at(int(n) - 1).next {
		if l := ix.lines.at(int(n) - 1); l.request == request {
			return l
		}
	}
	n := ix.lines.add(requestLine{next: a.lines, request: request})
	a.lines = uint32(n) + 1
	return ix.lines.at(n)
}

// sum returns the line of further events of a kind of request, made if it is new.
func (ix *index) sum(a *objectCounts, request, further uint8) *sumLine {
	for n := a.sums; n != 0; n = ix.sums.at(int(n) - 1).next {
		if l := ix.sums.at(int(n) - 1); l.request == request && l.further == further {
			return l
		}
	}
	n := ix.sums.add(sumLine{next: a.sums, request: request, further: further})
	a.sums = uint32(n) + 1
	return ix.sums.at(n)
}

// cameOf returns the line of a class, made if it is new.
func (ix *index) cameOf(a *objectCounts, c class) *cameLine {
	for n := a.came; n != 0; n = ix.came.at(int(n) - 1).next {
		if l := ix.came.at(int(n) - 1); l.class == c {
			return l
		}
	}
	n := ix.came.add(cameLine{next: a.came, class: c})
	a.came = uint32(n) + 1
	return ix.came.at(n)
}

// arrived is how many events of a class came, without making a line.
func (ix *index) arrived(a *objectCounts, c class) (linked, unlinked uint32) {
	for n := a.came; n != 0; n = ix.came.at(int(n) - 1).next {
		if l := ix.came.at(int(n) - 1); l.class == c {
			return l.linked, l.unlinked
		}
	}
	return 0, 0
}

// linesOf are the kinds of requests about one object.
func (ix *index) linesOf(a *objectCounts) iter.Seq[*requestLine] {
	return func(yield func(*requestLine) bool) {
		for n := a.lines; n != 0; n = ix.lines.at(int(n) - 1).next {
			if !yield(ix.lines.at(int(n) - 1)) {
				return
			}
		}
	}
}

// note notes a request about an object with its answer, and takes back with -1 what the
// second answer to one request was counted for.
func (ix *index) note(a *objectCounts, request, result uint8, r *history.Request) {
	a.known = true
	line := ix.line(a, request)
	switch result {
	case accepted:
		line.accepted++
		if r.Event == "" {
			line.nameless++
		}
	case unknown:
		line.unknown++
	}
	for i, f := range ix.demands.requests[request].further {
		n := uint32(r.Counts[f.Name])
		if !f.Counted || f.makes != 0 || n == 0 {
			continue
		}
		switch result {
		case accepted:
			ix.sum(a, request, uint8(i)).sure += n
		case unknown:
			ix.sum(a, request, uint8(i)).maybe += n
		}
	}
}

// again takes back what the second answer to one request was counted for.
func (ix *index) again(a *objectCounts, request uint8, r *history.Request) {
	ix.line(a, request).accepted--
	for i, f := range ix.demands.requests[request].further {
		if f.Counted && f.makes == 0 && r.Counts[f.Name] > 0 {
			ix.sum(a, request, uint8(i)).sure -= uint32(r.Counts[f.Name])
		}
	}
}

// took is how many requests of a kind took effect at the least and at the most: the
// accepted ones, and those without an answer whose first event came.
func (ix *index) took(a *objectCounts, request uint8) (least, most uint32) {
	d := &ix.demands.requests[request]
	var own requestLine
	nameless := uint32(0)
	for l := range ix.linesOf(a) {
		if l.request == request {
			own = *l
		}
		if ix.demands.requests[l.request].first == d.first {
			nameless += l.nameless
		}
	}
	if d.first == 0 {
		return own.accepted, own.accepted + own.unknown
	}
	_, unlinked := ix.arrived(a, d.first)
	inferred := max(unlinked, nameless) - nameless
	if d.alone {
		return own.accepted + inferred, own.accepted + inferred
	}
	return own.accepted, own.accepted + inferred
}

// tally counts what came to Kafka into the accounts.
func (j *judgement) tally() {
	for n := range j.events() {
		e := j.ix.ev(n)
		result := j.outcomeOfEvent(n)
		if result.main == 0 || e.via == viaSidecar || e.via == viaKafka {
			continue
		}
		rec := j.ix.rec(result.main)
		if rec.key == 0 || rec.class == 0 {
			continue
		}
		line := j.ix.cameOf(j.ix.countsOf(rec.key), rec.class)
		if e.via == viaAPI && e.result == accepted {
			line.linked++
		} else {
			line.unlinked++
		}
	}
}
