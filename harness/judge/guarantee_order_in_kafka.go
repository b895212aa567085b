package judge

import (
	"cmp"
	"maps"
	"slices"
)

// orderInKafka judges the first half of flow.ordered: of two events of one key, the
// one whose attempt had been accepted before the other's started is in front of it
// in Kafka. Attempts that overlapped may be in either order. The events of a type with
// labels, which no answer names, are in the order of the requests that they name.
func orderInKafka(j *judgement, f *finding) {
	labelled := j.ix.demands.labelled()
	var attempted []uint32
	beside := make([][]uint32, len(labelled))
	for events := range j.byKey() {
		attempted = attempted[:0]
		for i := range beside {
			beside[i] = beside[i][:0]
		}
		for _, n := range events {
			switch e := j.ix.ev(n); {
			case e.result == accepted && !e.toFail():
				attempted = append(attempted, n)
			case e.via == viaNobody:
				if i := slices.Index(labelled, j.main(n).kind); i >= 0 {
					beside[i] = append(beside[i], n)
				}
			}
		}
		j.byPartition(attempted, func(a, b uint32) int { return cmp.Compare(j.ix.ev(a).start, j.ix.ev(b).start) })
		for run := range j.perPartition(attempted) {
			j.inOrder(f, run)
		}
		for i, kind := range labelled {
			j.labelsInOrder(f, events, beside[i], kind)
		}
	}
}

// inOrder judges the events of one key in one partition, by their beginnings.
func (j *judgement) inOrder(f *finding, byStart []uint32) {
	f.of(j.main(byStart[0]).topic)
	if len(byStart) == 1 {
		f.evaluate()
		return
	}
	byEnd := slices.Clone(byStart)
	slices.SortFunc(byEnd, func(a, b uint32) int { return cmp.Compare(j.ix.ev(a).end, j.ix.ev(b).end) })
	done, last := 0, uint32(0) // the event that is hindmost of those that had ended
	for _, n := range byStart {
		f.evaluate()
		for ; done < len(byEnd) && j.ix.ev(byEnd[done]).end < j.ix.ev(n).start; done++ {
			if last == 0 || j.main(byEnd[done]).offset > j.main(last).offset {
				last = byEnd[done]
			}
		}
		if last != 0 && j.main(last).offset > j.main(n).offset {
			j.violationBy(f, Reordered, n, "it is at offset %d, in front of %s at %d, which was accepted before it was asked for",
				j.main(n).offset, j.ix.ids.text(last), j.main(last).offset)
		}
	}
}

// labelsInOrder compares the labels of an object's events of a type with its requests,
// where all requests are known, each causes one such event, and none overlapped another.
func (j *judgement) labelsInOrder(f *finding, events, beside []uint32, kind uint8) {
	if len(beside) < 2 || j.unanswered(j.ix.ev(beside[0]).key) {
		return
	}
	var asked []uint32
	for _, n := range events {
		if e := j.ix.ev(n); e.via == viaAPI && e.result == accepted {
			asked = append(asked, n)
		}
	}
	if len(asked) != len(beside) {
		return
	}
	slices.SortFunc(asked, func(a, b uint32) int { return cmp.Compare(j.ix.ev(a).start, j.ix.ev(b).start) })
	slices.SortFunc(beside, func(a, b uint32) int { return cmp.Compare(j.main(a).offset, j.main(b).offset) })
	log := j.main(beside[0]).log
	want, have := map[class]int{}, map[class]int{}
	for i := range asked {
		c := j.ix.demands.onlyOf(j.ix.ev(asked[i]).change, kind)
		if c == 0 || i > 0 && j.ix.ev(asked[i]).start <= j.ix.ev(asked[i-1]).end {
			return
		}
		if j.main(beside[i]).log != log {
			return // judged by the partition of a key
		}
		want[c]++
		have[j.main(beside[i]).class]++
	}
	if !maps.Equal(want, have) {
		return // judged by the events that are expected
	}
	f.of(j.main(beside[0]).topic)
	for i := range asked {
		f.evaluate()
		if want, have := j.ix.demands.onlyOf(j.ix.ev(asked[i]).change, kind), j.main(beside[i]).class; want != have {
			j.violationBy(f, Reordered, beside[i], "event number %d of its key is %s, request number %d causes %s", i+1, j.ix.className(have), i+1, j.ix.className(want))
			return
		}
	}
}

// unanswered reports whether a request about an object has no answer.
func (j *judgement) unanswered(key uint32) bool {
	for line := range j.ix.linesOf(j.ix.countsOf(key)) {
		if line.unknown > 0 {
			return true
		}
	}
	return false
}

// onlyOf is the class of the one further event of a type that a kind of request always
// causes, 0 if it is not one.
func (d *demands) onlyOf(request, kind uint8) class {
	found := class(0)
	for _, f := range d.requests[request].further {
		if d.classes[f.class].kind != kind || f.makes != 0 {
			continue
		}
		if f.Counted || found != 0 {
			return 0
		}
		found = f.class
	}
	return found
}
