// Package recording makes histories such as a run of the platform leaves behind:
// requests through the API with all their events, workers that process, retry and
// dead-letter them, events that expire, a subscriber that records, answers that
// never come, faults, rollouts and what they repeat. All of it follows from a seed.
//
// The histories are clean: the platform that they describe keeps every guarantee.
// They are the ground on which the judge is tested, and nothing else: a verdict on
// one of them says nothing about any real platform.
package recording

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// ProbeTopic is a topic with a subscriber that records, Probe its group.
const (
	ProbeTopic = "assay-probe-flow"
	ProbeType  = "probe.event"
	Probe      = "assay-probe"
)

// Options say what a recording holds.
type Options struct {
	Seed int64
	// Spec is the specification of the platform, the reference if it is nil.
	Spec *spec.Spec
	// Changes is the number of requests through the API, Rate how many a second.
	Changes int
	Rate    float64
	// Sent are the requests that a generator has made, in the place of those that are made
	// by chance: Event is by what the generator knew the object that a request made.
	Sent []history.Request
	// Probes is the number of events to the recording subscriber.
	Probes int
	// Poison is the number of records that are written to the topics of the
	// specification to fail.
	Poison int
	// Unanswered and Refused are the shares of requests without an answer and of
	// refused ones.
	Unanswered, Refused float64
	// Faults are the names of the faults, one after the other.
	Faults []string
	// Rollout has a deployment updated and undone.
	Rollout bool
	// Watched has observers record what version 1 of the format does not have: the
	// groups' members, the clock, and the headers of records.
	Watched bool
	// Transactions is the share of records behind which a transaction leaves offsets
	// without a record: its marker, or all of an aborted one.
	Transactions float64
	// Binary is the share of the records of topics without a family that are in the
	// binary content mode.
	Binary float64
	// Rebalances is the number of rebalances of groups without any pod's change.
	Rebalances int
	// Truncated has the logs start again at where they ended before the experiment.
	Truncated bool
	// Silent has an outage of the broker start shortly after the changes and outlast all
	// traffic, as the fault outage-then-silence does. Nothing is published past the API.
	Silent bool
}

// Small is a recording of a minute with something of everything.
func Small(seed int64) Options {
	return Options{Seed: seed, Changes: 120, Rate: 4, Probes: 60, Poison: 6, Unanswered: 0.03, Refused: 0.05,
		Faults: disturbing(todo.Must()), Rollout: true}
}

// disturbing are two faults of a specification: one replaces an application's pod, the
// other takes away what applications keep their state in.
func disturbing(s *spec.Spec) []string {
	var replaces, takes string
	for _, f := range s.Faults {
		switch {
		case replaces == "" && f.Action == "pod-kill" && f.Target.Role == spec.TargetApplication:
			replaces = f.Name
		case takes == "" && f.Action == "scale-to-zero":
			takes = f.Name
		}
	}
	return []string{replaces, takes}
}

// Rules are those that a recording of the reference is judged by.
func Rules() judge.Rules { return RulesOf(todo.Must()) }

// RulesOf are those that a recording of a specification is judged by. Of what faults have
// to come to, a recording has only what its own fault is for.
func RulesOf(s *spec.Spec) judge.Rules {
	r := judge.FromSpec(s)
	for name, objective := range r.Objectives { // recordings come to little of it
		if name != silentOutage(s) {
			objective.Situations = nil
			r.Objectives[name] = objective
		}
	}
	retention := r.Topics[0].Retention
	r.Topics = append(r.Topics,
		judge.Topic{Name: ProbeTopic, Partitions: 3, Retention: retention},
		judge.Topic{Name: ProbeTopic + "-dlq", Partitions: 1, Retention: retention, DeadLettersOf: ProbeTopic})
	r.Subscriptions = append(r.Subscriptions, judge.Subscription{Group: Probe, Topic: ProbeTopic, Visibility: judge.ByDelivery})
	r.Types[ProbeTopic] = []string{ProbeType}
	return r
}

const (
	ms  = history.Nanos(time.Millisecond)
	sec = history.Nanos(time.Second)
)

// item is a record on its way into its topic, and what its subscribers make of it.
type item struct {
	at    history.Nanos
	order int // among items of one moment
	rec   history.Record
	// script is what the recording subscriber answers, attempt by attempt; its
	// last answer stands for all further ones.
	script []history.Answer
	fails  bool // every subscriber drops it
	routed bool // it is delivered at all; otherwise Dapr dead-letters it by itself
	late   bool // it has expired before it can be delivered
	publ   int  // index of the Publish that learns the offset, -1 for none
}

// outage is a time in which an application, or with no name all of them, does not
// work.
type outage struct {
	from, to history.Nanos
	app      string
	failing  bool // it works, and fails
}

// sim is one recording being made.
type sim struct {
	opt     Options
	rng     *rand.Rand
	rules   judge.Rules
	h       *history.History
	items   []item
	dead    []item
	spec    *spec.Spec
	objects []*object
	// sentAs is by what the generator knew an object, sending what it knows the next by.
	sentAs  map[string]string
	sending string
	outages []outage
	// rebalanced are the rebalances of groups, in their order.
	rebalanced []history.Group
	shown      []history.Effect // of workers that are asked at the end
	known      map[[2]string]bool
	base       map[string]int64 // next offsets, by partition
	start      map[string]int64 // those before the experiment
	now        history.Nanos
	n          int
}

// Make makes the recording of some options.
func Make(opt Options) *history.History {
	if opt.Spec == nil {
		opt.Spec = todo.Must()
	}
	s := &sim{opt: opt, spec: opt.Spec, rng: rand.New(rand.NewPCG(uint64(opt.Seed), 0x5eed)), rules: RulesOf(opt.Spec), sentAs: map[string]string{}, base: map[string]int64{}, start: map[string]int64{}, known: map[[2]string]bool{}}
	s.h = &history.History{Header: history.Header{
		Version: history.Version, Run: fmt.Sprintf("made-%d", opt.Seed), Experiment: "made",
		Base: time.Date(2026, 2, 15, 12, 0, 0, 0, time.UTC), Seed: opt.Seed,
	}}
	if opt.Silent {
		s.opt.Probes, s.opt.Poison = 0, 0
	}
	s.now = 2 * sec
	s.bounds(sec)
	s.baseline()
	start := s.now
	span := history.Nanos(float64(opt.requests()) / opt.Rate * 1e9)
	s.plan(start, max(span, 20*sec))
	s.rebalance(start, max(span, 20*sec))
	accepted := s.requests(start)
	s.probes(start)
	s.poison(start)
	end := s.now
	reached := float64(accepted) / (float64(end-start) / 1e9)
	s.h.Loads = append(s.h.Loads, history.Load{Start: start, End: end, Minimum: reached / 2, Reached: reached, Events: int64(accepted)})
	for _, r := range s.h.Requests {
		s.now = max(s.now, r.End)
	}
	for _, p := range s.h.Publishes {
		s.now = max(s.now, p.End)
	}
	s.appendAll(s.items)
	s.consume()
	s.appendAll(s.dead)
	s.finish()
	return s.h
}

// uuid makes the next UUID of the seed.
func (s *sim) uuid() string {
	var b [16]byte
	for i := range 2 {
		v := s.rng.Uint64()
		for k := range 8 {
			b[8*i+k] = byte(v >> (8 * k))
		}
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	t := hex.EncodeToString(b[:])
	return t[:8] + "-" + t[8:12] + "-" + t[12:16] + "-" + t[16:20] + "-" + t[20:]
}

// bytesOf is the digest of the bytes of an event.
func bytesOf(id, kind, key string) string {
	sum := sha256.Sum256([]byte(id + kind + key))
	return hex.EncodeToString(sum[:])
}

// between is a moment's length drawn from a range.
func (s *sim) between(low, high history.Nanos) history.Nanos {
	return low + history.Nanos(s.rng.Int64N(int64(high-low)))
}

func (s *sim) chance(p float64) bool { return s.rng.Float64() < p }

// topic returns the rules of a topic.
func (s *sim) topic(name string) judge.Topic {
	return s.rules.Topics[slices.IndexFunc(s.rules.Topics, func(t judge.Topic) bool { return t.Name == name })]
}

// partitionOf is where a key's records go.
func (s *sim) partitionOf(topic, key string) int32 {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(key)) // a hash takes everything
	return int32(sum.Sum32() % uint32(s.topic(topic).Partitions))
}

// send puts a record on its way.
func (s *sim) send(i item) {
	i.order = s.n
	s.n++
	i.at = s.workingAt("", i.at)
	if i.rec.Partition < 0 {
		i.rec.Partition = s.partitionOf(i.rec.Topic, i.rec.Key)
	}
	s.items = append(s.items, i)
}

// appendAll puts items into their logs in the order of their moments, and has the
// observer see them.
func (s *sim) appendAll(items []item) {
	slices.SortFunc(items, func(a, b item) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order)) })
	seen := map[string]history.Nanos{}
	for i := range items {
		r := &items[i].rec
		name := fmt.Sprintf("%s/%d", r.Topic, r.Partition)
		r.Offset = s.base[name]
		s.base[name]++
		r.Stamp = s.h.Header.Time(items[i].at).UnixMilli()
		s.dress(r)
		r.Seen = max(items[i].at+s.between(2*ms, 40*ms), seen[name])
		seen[name] = r.Seen
		if p := items[i].publ; p >= 0 {
			s.h.Publishes[p].Partition, s.h.Publishes[p].Offset = r.Partition, r.Offset
		}
		s.h.Records = append(s.h.Records, *r)
		s.now = max(s.now, r.Seen)
		s.transaction(name, r)
	}
}

// bounds looks at the ends of all logs.
func (s *sim) bounds(at history.Nanos) {
	for _, t := range s.rules.Topics {
		for p := range t.Partitions {
			name := fmt.Sprintf("%s/%d", t.Name, p)
			if _, known := s.base[name]; !known {
				s.base[name] = s.rng.Int64N(500)
				s.start[name] = s.base[name]
			}
			b := history.Bounds{Seen: at, Topic: t.Name, Partition: int32(p), Next: s.base[name]}
			if s.opt.Truncated && at > sec {
				b.First = s.start[name]
			}
			s.h.Bounds = append(s.h.Bounds, b)
		}
	}
}
