package judge

import (
	"fmt"
	"slices"

	"assay.dev/assay/harness/history"
)

// Judge judges a history in memory by rules.
func Judge(h *history.History, rules Rules) *Verdict {
	c := NewCollector(rules)
	h.Each(c.Take)
	return c.Verdict(h.Header, h.Damage)
}

// JudgeDir judges the history in a directory by rules, without having all of it
// in memory. The errors are those of history.Visit; a damaged history gets a
// verdict, which is not pass.
//
//nolint:revive // Judge and JudgeDir are two ways to the same verdict
func JudgeDir(dir string, rules Rules) (*Verdict, error) {
	c := NewCollector(rules)
	header, damage, err := history.Visit(dir, c.Take)
	if err != nil {
		return nil, fmt.Errorf("judge: %w", err)
	}
	return c.Verdict(header, damage), nil
}

// Collector takes the entries of a history one by one and keeps of them what
// judging needs: for a million events, a fraction of the history itself. Entries
// have to come in the order of history.Kinds; within a kind any order will do.
// What a pointer points to may be reused after the call.
type Collector struct{ ix *index }

// NewCollector starts the judgement of a history by rules.
func NewCollector(rules Rules) *Collector { return &Collector{newIndex(rules)} }

// Take takes the next entry, by a pointer to it. What nothing is judged by is left
// aside.
func (c *Collector) Take(entry any) {
	ix := c.ix
	switch e := entry.(type) {
	case *history.Request:
		ix.request(e)
	case *history.Publish:
		ix.publish(e)
	case *history.Record:
		ix.record(e)
	case *history.Hole:
		ix.hole(e)
	case *history.Bounds:
		ix.bounds(e)
	case *history.Commit:
		ix.commit(e)
	case *history.Group:
		ix.group(e)
	case *history.Move:
		ix.move(e)
	case *history.Delivery:
		ix.delivery(e)
	case *history.Effect:
		ix.effect(e)
	case *history.Fault:
		ix.saw(e.Requested, e.Effective, e.Recovery, e.Recovered, e.KubernetesReady, e.EventsFlowing)
		ix.small.Faults = append(ix.small.Faults, *e)
	case *history.Pod:
		ix.saw(e.Seen)
		ix.small.Pods = append(ix.small.Pods, *e)
	case *history.Deployment:
		ix.saw(e.Seen)
		ix.small.Deployments = append(ix.small.Deployments, *e)
	case *history.ClockPair:
		ix.saw(e.Seen)
		ix.small.Clocks = append(ix.small.Clocks, *e)
	case *history.Observer:
		ix.saw(e.End)
		ix.small.Observers = append(ix.small.Observers, *e)
	case *history.Load:
		ix.small.Loads = append(ix.small.Loads, *e)
	}
}

// Verdict judges what was collected. Header and damage are those of the history.
// It is called once, at the end.
func (c *Collector) Verdict(header history.Header, damage []history.Damage) *Verdict {
	j := newJudgement(c.ix, header, damage)
	v := &Verdict{Version: VerdictVersion, Run: header.Run, Experiment: header.Experiment, Result: Pass, Totals: j.totals(), Situations: j.reached, Shown: c.ix.rules.shown()}
	missing, unseen := j.missingObservations(), j.observationGaps()
	var inconclusive []string
	for _, g := range guarantees() {
		for _, judged := range g.run(j, missing, unseen, slices.Contains(c.ix.rules.Require, g.name)) {
			v.Guarantees = append(v.Guarantees, judged)
			switch judged.Result {
			case Fail:
				v.Reasons = append(v.Reasons, judged.Name+": "+judged.Text)
			case Inconclusive:
				inconclusive = append(inconclusive, judged.Name+": "+judged.Text)
			}
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
		e, f := j.ix.ev(n), j.outcomeOfEvent(n)
		if e.result == accepted {
			t.Accepted++
		} else if f.main != 0 {
			t.Found++
			if e.result == none && !j.ofTheAPI(j.ix.rec(f.main)) {
				t.Unexpected++
			}
		}
		if f.main != 0 {
			t.InKafka++
		}
		switch f.final {
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
