package report

import (
	"encoding/json"
	"math"
	"slices"
	"time"

	"assay.dev/assay/harness/history"
)

// The time of an experiment is cut into equal parts: no more than could be told
// apart in the plots, and none shorter than what usual traffic has something in.
const (
	maxBins     = 160
	minBinWidth = 500 * time.Millisecond
)

// Value is a number, or none: NaN, which JSON writes as null.
type Value float64

// None is the value of a bin in which there was nothing to measure.
var None = Value(math.NaN())

// MarshalJSON writes none as null.
func (v Value) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(v)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(v))
}

// UnmarshalJSON reads null as none.
func (v *Value) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		*v = None
		return nil
	}
	return json.Unmarshal(raw, (*float64)(v))
}

// Timeline is what an experiment looked like over time, in bins of equal width.
// All times are seconds since the experiment's first entry.
type Timeline struct {
	Seconds float64 `json:"seconds"` // the whole experiment
	Width   float64 `json:"width"`   // of one bin
	// Origin is what the times are counted from, in seconds since the base of
	// the history.
	Origin float64 `json:"origin"`
	// Latency has what an accepted publish or request took, in milliseconds.
	Latency Series `json:"latency"`
	// Throughput has events per second, Lag records that a consumer group has
	// still to consume, Errors refused, unanswered and failed attempts per second.
	Throughput Series `json:"throughput"`
	Lag        Series `json:"lag"`
	Errors     Series `json:"errors"`
	Pods       []Lane `json:"pods"`
	// Steady counts the pods that were Ready all the time; they have no lane.
	Steady int `json:"steady"`
	// Gaps are the times in which an observer may have missed something.
	Gaps []Gap `json:"gaps,omitempty"`
}

// Series is a set of curves over the same bins.
type Series []Curve

// Curve is one value per bin.
type Curve struct {
	Name   string  `json:"name"`
	Values []Value `json:"values"`
}

// Gap is a time in which an observer saw nothing.
type Gap struct {
	Observer string  `json:"observer"`
	From     float64 `json:"from"`
	To       float64 `json:"to"`
	Why      string  `json:"why"`
}

// grid cuts the time from one moment to another into bins.
type grid struct {
	from, to history.Nanos
	width    history.Nanos
	bins     int
}

// newGrid spans everything that was seen. It is nil for a history that holds
// nothing with a time.
func newGrid(h *history.History) *grid {
	first, last := history.Nanos(math.MaxInt64), history.Nanos(math.MinInt64)
	see := func(moments ...history.Nanos) {
		for _, m := range moments {
			first, last = min(first, m), max(last, m)
		}
	}
	for _, e := range h.Publishes {
		see(e.Start, e.End)
	}
	for _, e := range h.Requests {
		see(e.Start, e.End)
	}
	for _, e := range h.Records {
		see(e.Seen)
	}
	for _, e := range h.Deliveries {
		see(e.Seen)
	}
	for _, e := range h.Loads {
		see(e.Start, e.End)
	}
	for _, f := range h.Faults {
		for _, m := range []history.Nanos{f.Requested, f.Effective, f.Recovery, f.Recovered, f.KubernetesReady, f.EventsFlowing} {
			if m != 0 {
				see(m)
			}
		}
	}
	if first >= last {
		return nil
	}
	bins := min(max(int((last-first)/history.Nanos(minBinWidth)), 1), maxBins)
	return &grid{from: first, to: last, width: (last-first)/history.Nanos(bins) + 1, bins: bins}
}

// bin is the index of the bin that a moment lies in, and whether it lies in any.
func (g *grid) bin(m history.Nanos) (int, bool) {
	if m < g.from || m > g.to {
		return 0, false
	}
	return int((m - g.from) / g.width), true
}

// seconds is a moment as the timeline counts it, rounded to milliseconds.
func (g *grid) seconds(m history.Nanos) float64 {
	return seconds(time.Duration(m - g.from))
}

// timeline sums up a history, or is nil for one that holds nothing with a time.
func timeline(h *history.History) *Timeline {
	g := newGrid(h)
	if g == nil {
		return nil
	}
	t := &Timeline{
		Seconds: g.seconds(g.to), Width: seconds(time.Duration(g.width)), Origin: seconds(time.Duration(g.from)),
		Latency: g.latency(h), Throughput: g.throughput(h), Lag: g.lag(h), Errors: g.errors(h),
	}
	t.Pods, t.Steady = g.lanes(h.Pods)
	t.Pods = orEmpty(t.Pods)
	for _, o := range h.Observers {
		for _, gap := range o.Gaps {
			t.Gaps = append(t.Gaps, Gap{o.Name, g.seconds(gap.From), g.seconds(gap.To), redact(gap.Why)})
		}
	}
	return t
}

// counter counts moments per bin.
type counter []float64

func (g *grid) counter() counter { return make(counter, g.bins) }

func (g *grid) tally(c counter, m history.Nanos) {
	if i, ok := g.bin(m); ok {
		c[i]++
	}
}

// perSecond turns counts into rates, rounded to thousandths.
func (g *grid) perSecond(name string, c counter) Curve {
	curve := Curve{Name: name, Values: make([]Value, len(c))}
	for i, n := range c {
		curve.Values[i] = round(n / time.Duration(g.width).Seconds())
	}
	return curve
}

func round(v float64) Value { return Value(math.Round(v*1000) / 1000) }

// percentile is the smallest value that a share of the values does not exceed.
// The values are sorted in place; there must be one.
func percentile(values []float64, share float64) float64 {
	slices.Sort(values)
	i := int(math.Ceil(share*float64(len(values)))) - 1
	return values[max(i, 0)]
}
