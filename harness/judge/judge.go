package judge

import (
	"fmt"
	"slices"

	"assay.dev/assay/harness/history"
)

// Judge judges a history in memory by rules.
func Judge(h *history.History, rules Rules) *Verdict {
	c := NewCollector(rules)
	add(h.Requests, c.Request)
	add(h.Publishes, c.Publish)
	add(h.Records, c.Record)
	add(h.Bounds, c.Bounds)
	add(h.Commits, c.Commit)
	add(h.Deliveries, c.Delivery)
	add(h.Effects, c.Effect)
	add(h.Faults, c.Fault)
	add(h.Pods, c.Pod)
	add(h.Deployments, c.Deployment)
	add(h.Observers, c.Observer)
	add(h.Loads, c.Load)
	return c.Verdict(h.Header, h.Damage)
}

func add[E any](entries []E, to func(*E)) {
	for i := range entries {
		to(&entries[i])
	}
}

// JudgeDir judges the history in a directory by rules, without having all of it
// in memory. The errors are those of history.Read; a damaged history gets a
// verdict, which is not pass.
//
//nolint:revive // Judge and JudgeDir are two ways to the same verdict
func JudgeDir(dir string, rules Rules) (*Verdict, error) {
	c := NewCollector(rules)
	var heads history.Heads
	for _, read := range []func() error{
		func() error { return read(dir, &heads, c.Request) },
		func() error { return read(dir, &heads, c.Publish) },
		func() error { return read(dir, &heads, c.Record) },
		func() error { return read(dir, &heads, c.Bounds) },
		func() error { return read(dir, &heads, c.Commit) },
		func() error { return read(dir, &heads, c.Delivery) },
		func() error { return read(dir, &heads, c.Effect) },
		func() error { return read(dir, &heads, c.Fault) },
		func() error { return read(dir, &heads, c.Pod) },
		func() error { return read(dir, &heads, c.Deployment) },
		func() error { return read(dir, &heads, func(*history.KubeEvent) {}) },
		func() error { return read(dir, &heads, c.Observer) },
		func() error { return read(dir, &heads, c.Load) },
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	header, damage, err := heads.Common()
	if err != nil {
		return nil, fmt.Errorf("judge the history in %s: %w", dir, err)
	}
	return c.Verdict(header, damage), nil
}

func read[E history.Entry](dir string, heads *history.Heads, to func(*E)) error {
	header, damage, err := history.Read(dir, func(e *E) error {
		to(e)
		return nil
	})
	heads.Add(header, damage)
	return err
}

// Collector takes the entries of a history one by one and keeps of them what
// judging needs: for a million events, a fraction of the history itself. Entries
// have to come in the order of history.Kinds; within a kind any order will do.
// What a pointer points to may be reused after the call.
type Collector struct{ ix *index }

// NewCollector begins the judgement of a history by rules.
func NewCollector(rules Rules) *Collector { return &Collector{newIndex(rules)} }

// Request and its sisters take the next entry.
func (c *Collector) Request(r *history.Request) { c.ix.request(r) }

// Publish takes the next entry.
func (c *Collector) Publish(p *history.Publish) { c.ix.publish(p) }

// Record takes the next entry.
func (c *Collector) Record(r *history.Record) { c.ix.record(r) }

// Bounds takes the next entry.
func (c *Collector) Bounds(b *history.Bounds) { c.ix.bounds(b) }

// Commit takes the next entry.
func (c *Collector) Commit(m *history.Commit) { c.ix.commit(m) }

// Delivery takes the next entry.
func (c *Collector) Delivery(d *history.Delivery) { c.ix.delivery(d) }

// Effect takes the next entry.
func (c *Collector) Effect(e *history.Effect) { c.ix.effect(e) }

// Fault takes the next entry.
func (c *Collector) Fault(f *history.Fault) {
	c.ix.saw(f.Requested, f.Effective, f.Recovery, f.Recovered, f.KubernetesReady, f.EventsFlowing)
	c.ix.small.Faults = append(c.ix.small.Faults, *f)
}

// Pod takes the next entry.
func (c *Collector) Pod(p *history.Pod) {
	c.ix.saw(p.Seen)
	c.ix.small.Pods = append(c.ix.small.Pods, *p)
}

// Deployment takes the next entry.
func (c *Collector) Deployment(d *history.Deployment) {
	c.ix.saw(d.Seen)
	c.ix.small.Deployments = append(c.ix.small.Deployments, *d)
}

// Observer takes the next entry.
func (c *Collector) Observer(o *history.Observer) {
	c.ix.saw(o.End)
	c.ix.small.Observers = append(c.ix.small.Observers, *o)
}

// Load takes the next entry.
func (c *Collector) Load(l *history.Load) { c.ix.small.Loads = append(c.ix.small.Loads, *l) }

// Verdict judges what was collected. Header and damage are those of the history.
// It is called once, at the end.
func (c *Collector) Verdict(header history.Header, damage []history.Damage) *Verdict {
	j := newJudgement(c.ix, header, damage)
	v := &Verdict{Version: VerdictVersion, Run: header.Run, Experiment: header.Experiment, Result: Pass, Totals: j.totals()}
	lacks, unseen := j.lacks(), j.blindnesses()
	var inconclusive []string
	for _, g := range guarantees() {
		judged := g.run(j, lacks, unseen, slices.Contains(c.ix.rules.Require, g.name))
		v.Guarantees = append(v.Guarantees, judged)
		switch judged.Result {
		case Fail:
			v.Reasons = append(v.Reasons, judged.Name+": "+judged.Text)
		case Inconclusive:
			inconclusive = append(inconclusive, judged.Name+": "+judged.Text)
		}
	}
	switch {
	case len(v.Reasons) > 0:
		v.Result = Fail
	case len(inconclusive) > 0:
		v.Result = Inconclusive
	}
	v.Reasons = append(v.Reasons, inconclusive...)
	return v
}

// totals count the events by where they ended.
func (j *judgement) totals() Totals {
	a := j.ix.attempts
	t := Totals{Refused: a.refused, Unknown: a.unknown}
	for n := range j.events() {
		e, f := j.ix.ev(n), j.fate(n)
		if e.outcome == accepted {
			t.Accepted++
		} else if f.main != 0 {
			t.Found++
			if e.outcome == none && !j.ofTheAPI(j.ix.rec(f.main)) {
				t.Unexpected++
			}
		}
		if f.main != 0 {
			t.InKafka++
		}
		switch f.end {
		case processed:
			t.Processed++
		case failed:
			t.Failed++
		case expired:
			t.Expired++
		case queued:
			t.Queued++
		case lost:
			t.Lost++
		}
		if f.processed == 0 {
			continue
		}
		for i, s := range j.subscribers[e.topic] {
			if !f.processed.has(i) {
				continue
			}
			if times, _ := j.timesProcessed(e, s.group); times > 1 {
				t.Duplicated++
				break
			}
		}
	}
	return t
}
