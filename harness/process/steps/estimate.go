package steps

import (
	"fmt"
	"time"
)

// Known is how long steps are known to take, by their names.
type Known map[string]time.Duration

const (
	// prior is how much measured work outweighs the pace that was assumed at first.
	prior = 30 * time.Second
	// cached is the share of its known duration below which a step has found its result
	// in a cache: it says nothing about the machine.
	cached = 0.05
	// overrun is the share of what a step has taken that it is taken to go on for, once it
	// takes longer than known.
	overrun = 0.15
)

// Estimator tells how long a plan will still take: the longest path through the steps
// that have not ended, by what they are known to take, at the pace that this run shows.
type Estimator struct {
	plan  []Step
	known Known
	pace  float64 // of the machine, as assumed before anything has ended

	started map[string]time.Time
	took    map[string]time.Duration // of those that have ended
}

// NewEstimator returns an estimator of a plan. pace is how many times as long as known
// this machine is taken to need.
func NewEstimator(plan []Step, known Known, pace float64) *Estimator {
	return &Estimator{plan: plan, known: known, pace: pace, started: map[string]time.Time{}, took: map[string]time.Duration{}}
}

// Started takes in that a step has started.
func (e *Estimator) Started(name string, at time.Time) { e.started[name] = at }

// Ended takes in that a step has ended.
func (e *Estimator) Ended(name string, took time.Duration) { e.took[name] = took }

// Left returns how long the plan will still take. sure is false if the duration of a
// step that has not ended is unknown: it then takes that long at least. ok is false if
// nothing is known about any of them.
func (e *Estimator) Left(now time.Time) (left time.Duration, sure, ok bool) {
	pace := e.measured(now)
	finish := map[string]time.Duration{}
	needs := map[string][]string{}
	for _, step := range e.plan {
		needs[step.Name] = step.Needs
	}
	sure = true
	var end func(name string) time.Duration
	end = func(name string) time.Duration {
		if at, seen := finish[name]; seen {
			return at
		}
		if _, over := e.took[name]; over {
			return 0
		}
		var at time.Duration
		for _, need := range needs[name] {
			at = max(at, end(need))
		}
		known, there := e.known[name]
		sure, ok = sure && there, ok || there
		at += e.rest(name, time.Duration(float64(known)*pace), now)
		finish[name] = at
		return at
	}
	for _, step := range e.plan {
		left = max(left, end(step.Name))
	}
	return left, sure, ok
}

// rest is what a step that is expected to take so long still takes.
func (e *Estimator) rest(name string, expected time.Duration, now time.Time) time.Duration {
	at, running := e.started[name]
	if !running {
		return expected
	}
	ran := now.Sub(at)
	return max(expected-ran, time.Duration(overrun*float64(ran)))
}

// measured is the pace that the steps show which have ended, or already take longer
// than known, beside the pace that was assumed.
func (e *Estimator) measured(now time.Time) float64 {
	base, spent := float64(prior), float64(prior)*e.pace
	for name, known := range e.known {
		took, over := e.took[name]
		switch at, running := e.started[name]; {
		case over && float64(took) >= cached*float64(known):
		case !over && running && float64(now.Sub(at)) > e.pace*float64(known):
			took = now.Sub(at)
		default:
			continue
		}
		base, spent = base+float64(known), spent+float64(took)
	}
	return spent / base
}

// Clock writes a duration as minutes and seconds.
func Clock(d time.Duration) string {
	d = d.Round(time.Second)
	return fmt.Sprintf("%02d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}
