package judge

import (
	"cmp"
	"iter"
	"slices"
)

// byKey yields, for each key or key in turn, the numbers of its events that are
// in Kafka. The slice is used again for the next one.
func (j *judgement) byKey() iter.Seq[[]uint32] {
	return func(yield func([]uint32) bool) {
		// The events of a key are chained by their numbers: one pass, and no
		// list for each of a million keys.
		head := make([]uint32, j.ix.countsByKey.len()+1)
		next := make([]uint32, j.ix.events.len()+1)
		for n := j.ix.events.len(); n > 0; n-- {
			key := j.ix.events.at(n - 1).key
			if key != 0 && j.outcomeOfEvent(uint32(n)).main != 0 {
				next[n], head[key] = head[key], uint32(n)
			}
		}
		var events []uint32
		for key := range head {
			events = events[:0]
			for n := head[key]; n != 0; n = next[n] {
				events = append(events, n)
			}
			if len(events) > 0 && !yield(events) {
				return
			}
		}
	}
}

// byTopic orders events by the partition that they are in and then by less.
func (j *judgement) byPartition(events []uint32, then func(a, b uint32) int) {
	slices.SortFunc(events, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(j.main(a).log, j.main(b).log), then(a, b))
	})
}

// main is the first record of an event that is in Kafka.
func (j *judgement) main(n uint32) *record { return j.ix.rec(j.outcomeOfEvent(n).main) }

// perPartition yields the runs of events that are in one partition.
func (j *judgement) perPartition(events []uint32) iter.Seq[[]uint32] {
	return func(yield func([]uint32) bool) {
		for from := 0; from < len(events); {
			to := from + 1
			for to < len(events) && j.main(events[to]).log == j.main(events[from]).log {
				to++
			}
			if !yield(events[from:to]) {
				return
			}
			from = to
		}
	}
}
