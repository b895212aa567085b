package recording

import (
	"fmt"

	"assay.dev/assay/harness/history"
)

// dress gives a record headers and its event's source, and a content mode where its
// topic is of no family.
func (s *sim) dress(r *history.Record) {
	if s.opt.Watched && r.ID != "" {
		r.Source = s.spec.Events[0].Source
	}
	if s.opt.Watched && s.chance(0.5) {
		r.Headers = append(r.Headers, history.RecordHeader{Name: "traceparent", Value: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
	}
	if s.opt.Binary > 0 && r.Topic == ProbeTopic && r.ID != "" && s.chance(s.opt.Binary) {
		r.Mode = history.BinaryMode
		r.Headers = append(r.Headers, history.RecordHeader{Name: "ce_id", Value: r.ID}, history.RecordHeader{Name: "ce_type", Value: r.Type})
	}
}

// transaction leaves offsets without a record behind a record.
func (s *sim) transaction(name string, r *history.Record) {
	if s.opt.Transactions == 0 || !s.chance(s.opt.Transactions) {
		return
	}
	hole := func(n int64, why history.Cause) {
		s.h.Holes = append(s.h.Holes, history.Hole{Seen: r.Seen + ms, Topic: r.Topic, Partition: r.Partition,
			From: s.base[name], To: s.base[name] + n, Why: why})
		s.base[name] += n
	}
	if s.chance(0.3) {
		hole(1+s.rng.Int64N(4), history.Aborted)
	}
	hole(1, history.Marker)
}

// rebalance has groups lose a member that missed its session, while all pods stay.
// Each time the group stands still, and goes on where it had committed.
func (s *sim) rebalance(start, span history.Nanos) {
	for n := range s.opt.Rebalances {
		from := start + span*history.Nanos(n+1)/history.Nanos(s.opt.Rebalances+1)
		to := from + s.between(sec, 4*sec)
		sub := s.rules.Subscriptions[s.rng.IntN(len(s.rules.Subscriptions))]
		s.outages = append(s.outages, outage{from: from, to: to, app: sub.Group})
		s.rebalanced = append(s.rebalanced, history.Group{Seen: to, Group: sub.Group, State: "Stable"})
		s.now = max(s.now, to+2*sec)
	}
}

// watched has the observers of the groups and of the clock report.
func (s *sim) watched(end history.Nanos) {
	if !s.opt.Watched && len(s.rebalanced) == 0 {
		return
	}
	generation := map[string]int32{}
	for _, sub := range s.rules.Subscriptions {
		if generation[sub.Group]++; generation[sub.Group] == 1 {
			s.h.Groups = append(s.h.Groups, history.Group{Seen: sec, Group: sub.Group, State: "Stable", Generation: 1, Members: []string{sub.Group + "-1"}})
		}
	}
	for group := range generation {
		generation[group] = 1
	}
	for _, g := range s.rebalanced {
		generation[g.Group]++
		g.Generation, g.Members = generation[g.Group], []string{fmt.Sprintf("%s-%d", g.Group, generation[g.Group])}
		s.h.Groups = append(s.h.Groups, g)
	}
	for at := sec; at < end; at += 5 * sec {
		wall := s.h.Header.Time(at + s.between(-20*ms, 20*ms)).UnixNano()
		s.h.Clocks = append(s.h.Clocks, history.ClockPair{Seen: at, Wall: wall})
	}
	for _, o := range []history.Observer{
		{Name: "groups", Kinds: []history.Kind{history.Groups, history.Moves}},
		{Name: "clock", Kinds: []history.Kind{history.Clocks}},
	} {
		o.Start, o.End = sec/2, end
		s.h.Observers = append(s.h.Observers, o)
	}
}
