package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/harness/history"
)

// clock is how the wall clock went against the monotonic one, by which a history tells
// its moments.
type clock struct{ steps []clockStep }

// clockStep is a moment from which on the wall clock is ahead of the base by as much:
// the machine slept, or its clock was set.
type clockStep struct {
	at    history.Nanos
	ahead history.Nanos // of where it would be without any step
	by    history.Nanos // more than before
}

// ahead is how far the wall clock is ahead at a moment.
func (c clock) ahead(at history.Nanos) history.Nanos {
	ahead := history.Nanos(0)
	for _, s := range c.steps {
		if s.at <= at {
			ahead = s.ahead
		}
	}
	return ahead
}

// trouble says what was wrong with the wall clock, empty if nothing was.
func (c clock) trouble() string {
	if len(c.steps) == 0 {
		return ""
	}
	s := c.steps[0]
	return fmt.Sprintf("the wall clock went %v against the monotonic clock at %v: the machine slept, or its clock was set", duration(s.by), duration(s.at))
}

// clockTrouble says what is wrong with the clock that a guarantee rests on.
func (j *judgement) clockTrouble(g *guarantee) string {
	if !g.clock {
		return ""
	}
	return j.clock.trouble()
}

// wall is the wall clock at a moment, in milliseconds since 1970.
func (j *judgement) wall(at history.Nanos) int64 {
	return j.header.Time(at + j.clock.ahead(at)).UnixMilli()
}

// findClock finds the steps of the wall clock: by the pairs that an observer recorded,
// and where none did, by the stamps of all records.
func (j *judgement) findClock() clock {
	skew := history.Nanos(j.ix.rules.Skew)
	var c clock
	if len(j.ix.small.Clocks) > 1 {
		first := true
		reference := history.Nanos(0)
		for _, p := range j.ix.small.Clocks {
			ahead := j.header.At(time.Unix(0, p.Wall)) - p.Seen
			if first {
				first, reference = false, ahead
			}
			if by := ahead - reference; by > skew || by < -skew {
				c.steps = append(c.steps, clockStep{at: p.Seen, ahead: ahead, by: by})
				reference = ahead
			}
		}
		return c
	}
	if slices.ContainsFunc(j.ix.small.Faults, func(f history.Fault) bool { return strings.Contains(f.Name, "clock") }) {
		return c // producers' clocks were set on purpose
	}
	if at, by := j.stampsAhead(); by > skew {
		c.steps = append(c.steps, clockStep{at: at, ahead: by, by: by})
	}
	return c
}

// samples is how many stamps of a second are looked at.
const samples = 32

// stampsAhead finds the moment from which on the stamps of records are ahead of where
// they were, until the end. Producers stamp as they like, so it is the middle stamp of
// each second that counts; an observer that reads late makes stamps fall behind, never
// ahead.
func (j *judgement) stampsAhead() (at, by history.Nanos) {
	seconds := map[history.Nanos][]history.Nanos{}
	for i := range j.ix.records.len() {
		r := j.ix.records.at(i)
		second := r.seen / history.Nanos(time.Second)
		if r.stamp > 0 && len(seconds[second]) < samples {
			ahead := history.Nanos(time.Duration(r.stamp-j.header.Time(r.seen).UnixMilli()) * time.Millisecond)
			seconds[second] = append(seconds[second], ahead)
		}
	}
	var order []history.Nanos
	middle := map[history.Nanos]history.Nanos{}
	for second, all := range seconds {
		slices.Sort(all)
		order, middle[second] = append(order, second), all[len(all)/2]
	}
	slices.Sort(order)
	skew := history.Nanos(j.ix.rules.Skew)
	// From the end back: the seconds whose stamps are as far ahead as the last one's.
	start := len(order) - 1
	for start > 0 && middle[order[start-1]] >= middle[order[len(order)-1]]-skew {
		start--
	}
	const fewest = 3 // seconds on either side
	if start < fewest || len(order)-start < fewest {
		return 0, 0
	}
	before := history.Nanos(0)
	for i, second := range order[:start] {
		if i == 0 || middle[second] > before {
			before = middle[second]
		}
	}
	return order[start] * history.Nanos(time.Second), middle[order[len(order)-1]] - before
}
