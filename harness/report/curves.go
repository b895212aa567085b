package report

import (
	"cmp"
	"slices"
	"time"

	"assay.dev/assay/harness/history"
)

// latency takes what was accepted by when it was asked for: what is slow because
// of a fault shows where the fault is.
func (g *grid) latency(h *history.History) Series {
	took := make([][]float64, g.bins)
	add := func(start, end history.Nanos, result history.Result) {
		if i, ok := g.bin(start); ok && result == history.Accepted {
			took[i] = append(took[i], float64(time.Duration(end-start).Microseconds())/1000)
		}
	}
	for _, p := range h.Publishes {
		add(p.Start, p.End, p.Result)
	}
	for _, r := range h.Requests {
		add(r.Start, r.End, r.Result)
	}
	half, most := Curve{Name: "median"}, Curve{Name: "99th percentile"}
	for _, values := range took {
		a, b := None, None
		if len(values) > 0 {
			a, b = round(percentile(values, 0.5)), round(percentile(values, 0.99))
		}
		half.Values, most.Values = append(half.Values, a), append(most.Values, b)
	}
	return Series{half, most}
}

// throughput compares what goes in with what comes out: what the consumer groups
// have committed. Each group of a topic counts.
func (g *grid) throughput(h *history.History) Series {
	accepted, records := g.counter(), g.counter()
	for _, p := range h.Publishes {
		if p.Result == history.Accepted {
			g.tally(accepted, p.End)
		}
	}
	for _, r := range h.Requests {
		if r.Result == history.Accepted && r.Change != "" {
			g.tally(accepted, r.End)
		}
	}
	for _, r := range h.Records {
		g.tally(records, r.Seen)
	}
	return Series{g.perSecond("accepted", accepted), g.perSecond("in Kafka", records), g.perSecond("consumed", g.consumed(h.Commits))}
}

// consumed counts by how much committed offsets grew. What a group had committed
// when it was first seen was not consumed here.
func (g *grid) consumed(commits []history.Commit) counter {
	type position struct {
		group string
		part  part
	}
	count, at := g.counter(), map[position]int64{}
	for _, c := range inOrder(commits) {
		p := position{c.Group, part{c.Topic, c.Partition}}
		before, known := at[p]
		at[p] = max(before, c.Offset)
		if i, ok := g.bin(c.Seen); ok && known && c.Offset > before {
			count[i] += float64(c.Offset - before)
		}
	}
	return count
}

func inOrder(commits []history.Commit) []history.Commit {
	return slices.SortedStableFunc(slices.Values(commits), func(a, b history.Commit) int { return cmp.Compare(a.Seen, b.Seen) })
}

// errors counts what did not work, by whom.
func (g *grid) errors(h *history.History) Series {
	refused, unknown, failed := g.counter(), g.counter(), g.counter()
	add := func(end history.Nanos, result history.Result) {
		switch result {
		case history.Refused:
			g.tally(refused, end)
		case history.Unknown:
			g.tally(unknown, end)
		}
	}
	for _, p := range h.Publishes {
		add(p.End, p.Result)
	}
	for _, r := range h.Requests {
		add(r.End, r.Result)
	}
	for _, d := range h.Deliveries {
		if d.Answer != history.Success {
			g.tally(failed, d.Seen)
		}
	}
	return Series{g.perSecond("refused", refused), g.perSecond("no answer", unknown), g.perSecond("delivery failed", failed)}
}

// part is a partition of a topic.
type part struct {
	topic     string
	partition int32
}

// offset is what was known of a partition's end or of a commit at a moment.
type offset struct {
	seen  history.Nanos
	group string // empty for a partition's end
	part  part
	at    int64
}

// lag follows, for each consumer group, how many records of the partitions that
// it commits to it has still to consume, at the end of each bin.
func (g *grid) lag(h *history.History) Series {
	ends, commits := map[part]int64{}, map[string]map[part]int64{}
	var known []offset
	for _, b := range h.Bounds {
		known = append(known, offset{b.Seen, "", part{b.Topic, b.Partition}, b.Next})
	}
	for _, r := range h.Records {
		known = append(known, offset{r.Seen, "", part{r.Topic, r.Partition}, r.Offset + 1})
	}
	for _, c := range h.Commits {
		known = append(known, offset{c.Seen, c.Group, part{c.Topic, c.Partition}, c.Offset})
		if commits[c.Group] == nil {
			commits[c.Group] = map[part]int64{}
		}
	}
	slices.SortStableFunc(known, func(a, b offset) int { return cmp.Compare(a.seen, b.seen) })
	groups := sortedKeys(commits)
	series := make(Series, len(groups))
	next := 0
	for i := range g.bins {
		until := g.from + history.Nanos(i+1)*g.width
		for ; next < len(known) && known[next].seen < until; next++ {
			o := known[next]
			if o.group == "" {
				ends[o.part] = max(ends[o.part], o.at)
			} else {
				commits[o.group][o.part] = o.at
			}
		}
		for j, group := range groups {
			series[j].Name = group
			series[j].Values = append(series[j].Values, behind(ends, commits[group]))
		}
	}
	return series
}

// behind sums up what a group has still to consume. A partition that nothing is
// committed for yet counts from its start.
func behind(ends, committed map[part]int64) Value {
	if len(committed) == 0 {
		return None
	}
	var sum int64
	for p, at := range committed {
		if end, ok := ends[p]; ok {
			sum += max(0, end-max(at, 0))
		}
	}
	return Value(sum)
}
