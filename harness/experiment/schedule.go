package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"assay.dev/assay/harness/experiment/schedule"
	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// Composed is a schedule of faults on one platform, under one traffic.
type Composed struct {
	Schedule schedule.Schedule
	// Make makes a fault by its name, New of the package fault in a laboratory.
	Make     func(name string) (fault.Fault, error)
	Flow     Flow
	Health   Health
	Guard    Guard
	Timeouts spec.Timeouts
}

// Run runs the schedule: each fault at its time, whatever others do meanwhile.
// Only after the last one it waits for the platform to come back; that moment is
// every fault's.
func (c *Composed) Run(ctx context.Context) (entries []history.Fault, err error) {
	common := &Experiment{Flow: c.Flow, Health: c.Health, Guard: c.Guard, Timeouts: c.Timeouts}
	steady, cancel := context.WithTimeout(ctx, c.Timeouts.SteadyState.Duration)
	defer cancel()
	if _, err := c.Health.Ready(steady); err != nil {
		return nil, fmt.Errorf("no steady state before the schedule: %w", err)
	}
	defer func() {
		after, cancel := common.lasting(ctx, c.Timeouts.Drain.Duration)
		defer cancel()
		err = errors.Join(err, c.Flow.End(after))
	}()
	if err := c.Flow.Start(steady); err != nil {
		return nil, fmt.Errorf("no traffic before the schedule: %w", err)
	}
	entries = make([]history.Fault, len(c.Schedule.Steps))
	var steps sync.WaitGroup
	start := time.Now()
	for i, step := range c.Schedule.Steps {
		made, err := c.Make(step.Fault)
		if err != nil {
			return nil, err
		}
		entries[i] = history.Fault{Name: step.Fault}
		steps.Go(func() {
			if !until(ctx, start.Add(step.At)) {
				entries[i].Error = "interrupted before it started"
				return
			}
			one := *common
			one.Fault, one.Hold = made, step.Hold
			one.breakAndRecover(ctx, &entries[i])
		})
	}
	steps.Wait()
	var back history.Fault
	if ctx.Err() == nil {
		common.measure(ctx, &back, time.Now())
	}
	for i := range entries {
		entries[i].KubernetesReady, entries[i].EventsFlowing, entries[i].FirstFlowing = back.KubernetesReady, back.EventsFlowing, back.FirstFlowing
		if err := c.Flow.Note(entries[i]); err != nil {
			return entries, fmt.Errorf("note a fault: %w", err)
		}
	}
	return entries, ctx.Err()
}

// until waits for a moment; it returns false if ctx ends first.
func until(ctx context.Context, at time.Time) bool {
	wait := time.NewTimer(time.Until(at))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wait.C:
		return ctx.Err() == nil
	}
}

// ComposedRules are Rules for a history of a schedule: what bounds a fault's
// recovery is the end of the whole, for the platform comes back once, after the
// last of them.
func ComposedRules(p *spec.Spec, s schedule.Schedule) judge.Rules {
	rules := Rules(p)
	bound := s.Length() + 2*p.Timeouts.FaultResidue.Duration + p.Timeouts.Recovery.Duration
	objectives := map[string]judge.Objective{}
	for name, objective := range rules.Objectives {
		objective.KubernetesReady, objective.EventsFlowing = bound, bound
		objectives[name] = objective
	}
	rules.Objectives = objectives
	return rules
}

// Groups name what each fault of a specification takes away, for schedules: two faults of
// one group do not overlap. A fault that is not specified overlaps with nothing.
func Groups(p *spec.Spec) func(fault string) string {
	groups := map[string]string{}
	for _, f := range p.Faults {
		groups[f.Name] = f.Group
	}
	return func(name string) string {
		group, known := groups[name]
		if !known || group == spec.GroupAlone {
			return schedule.Alone
		}
		return group
	}
}

// Composable are the faults that apply to a specification and that its target can do, but
// for those that take part in the traffic: they end it, or need it for themselves.
func Composable(ctx context.Context, lab *fault.Lab) ([]string, error) {
	var able []string
	for _, f := range lab.Spec.Faults {
		made, err := fault.New(lab, f.Name)
		if none := (*fault.NotApplicable)(nil); errors.As(err, &none) {
			continue
		} else if err != nil {
			return nil, err
		}
		if _, involved := made.(fault.Involved); involved {
			continue
		}
		var missing *fault.Missing
		if err := made.Available(ctx); errors.As(err, &missing) {
			continue
		} else if err != nil {
			return nil, err
		}
		able = append(able, f.Name)
	}
	slices.Sort(able)
	return able, nil
}
