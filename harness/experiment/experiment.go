package experiment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// Flow is traffic through the platform, with everything that observes it.
type Flow interface {
	// Start starts to observe, then starts the traffic, and returns when events of
	// every family are processed.
	Start(ctx context.Context) error
	// At is a moment on the history's clock.
	At(time.Time) history.Nanos
	// Flowing waits until events that were published after since are processed:
	// first of any family, all of every family. A moment that did not come until
	// ctx ended is zero, and the error says what did not flow.
	Flowing(ctx context.Context, since time.Time) (first, all time.Time, err error)
	// Enough waits until the traffic has reached its minimum rate, from which an
	// outage keeps it, or until ctx ends.
	Enough(ctx context.Context)
	// Note keeps the fault in the history.
	Note(history.Fault) error
	// End ends the traffic, waits until nothing is queued, ends the observers and
	// seals the history. What it found goes into the history; the error is of the
	// history alone. It may be called again.
	End(ctx context.Context) error
}

// Health is the platform as Kubernetes sees it.
type Health interface {
	// Ready waits until everything that the platform consists of has been ready
	// for a while, and returns since when.
	Ready(ctx context.Context) (time.Time, error)
}

// Guard watches what no fault may hurt.
type Guard interface {
	// Watch returns, with an error that says what was hurt outside of the blast
	// radius, or nil when ctx ends before anything was.
	Watch(ctx context.Context, blast []string) error
}

// Experiment is one fault on one platform.
type Experiment struct {
	Fault  fault.Fault
	Flow   Flow
	Health Health
	Guard  Guard
	// Hold is how long the fault lasts after its effect was seen. A fault without
	// a hold is over when it has happened, as a kill is: recovery counts from its
	// effect, and what was made for it is removed at the end.
	Hold     time.Duration
	Timeouts spec.Timeouts
	// Requirement is the ID of what the fault is to prove.
	Requirement string

	// paused is run.Hold where it is nil.
	paused func(context.Context, run.Progress)
}

// errBlast is the cause of an experiment that hurt what it must not hurt.
var errBlast = errors.New("damage left the blast radius")

// Run runs the experiment and returns the fault as the history holds it. Its error
// is of what could not be run: a fault that was not proven, a platform that did not
// recover and damage outside of the blast radius are in the fault, for the judge.
func (e *Experiment) Run(ctx context.Context) (entry history.Fault, err error) {
	entry = history.Fault{Name: e.Fault.Name(), Requirement: e.Requirement}
	steady, cancel := context.WithTimeout(ctx, e.Timeouts.SteadyState.Duration)
	defer cancel()
	if _, err := e.Health.Ready(steady); err != nil {
		return entry, fmt.Errorf("no steady state before the fault: %w", err)
	}
	// The end is registered before the start, and survives an interrupt.
	defer func() {
		after, cancel := e.lasting(ctx, e.Timeouts.Drain.Duration)
		defer cancel()
		err = errors.Join(err, e.Flow.End(after))
	}()
	if err := e.Flow.Start(steady); err != nil {
		return entry, fmt.Errorf("no traffic before the fault: %w", err)
	}
	e.breakAndRecover(ctx, &entry)
	if over := e.Hold == 0 && entry.Proof != ""; ctx.Err() == nil && !over {
		e.measure(ctx, &entry, time.Now())
	}
	if err := e.Flow.Note(entry); err != nil {
		return entry, fmt.Errorf("note the fault: %w", err)
	}
	return entry, ctx.Err()
}

// lasting is a context that an interrupt does not end.
func (e *Experiment) lasting(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), timeout)
}

// breakAndRecover injects the fault, holds it, and undoes it, whatever happens in
// between. What happens goes into the entry.
func (e *Experiment) breakAndRecover(ctx context.Context, entry *history.Fault) {
	trouble := func(what string, err error) {
		if err != nil {
			entry.Error = strings.TrimPrefix(entry.Error+"; "+what+": "+err.Error(), "; ")
		}
	}
	defer func() {
		e.hold(ctx, entry)
		after, cancel := e.lasting(ctx, 2*e.Timeouts.FaultResidue.Duration)
		defer cancel()
		e.recover(after, entry, trouble)
	}()
	if err := e.Fault.Prepare(ctx); err != nil {
		trouble("prepare", err)
		return
	}
	entry.Blast = e.Fault.Blast()
	guarded, stop := e.guarded(ctx, entry.Blast)
	defer stop()
	entry.Requested = e.Flow.At(time.Now())
	if err := e.Fault.Inject(guarded); err != nil {
		trouble("inject", errors.Join(err, context.Cause(guarded)))
		return
	}
	proof, err := e.Fault.Proof(guarded)
	if err == nil {
		entry.Effective, entry.Proof = e.Flow.At(proof.At), proof.Text
		if e.Hold == 0 {
			e.measure(guarded, entry, proof.At)
		} else {
			until(guarded, time.Now().Add(e.Hold))
		}
	} else if guarded.Err() == nil {
		trouble("not proven", err)
	}
	if cause := context.Cause(guarded); cause != nil {
		trouble("stopped", cause)
	}
}

// hold stops where the user wants to look at the fault of an experiment that cannot pass
// any more: something went wrong, or the platform does not come back from a fault that
// was over at once. What the judge finds later shows only after the fault was undone.
func (e *Experiment) hold(ctx context.Context, entry *history.Fault) {
	why := entry.Error
	if why == "" && e.Hold == 0 && (entry.KubernetesReady == 0 || entry.EventsFlowing == 0) {
		why = fmt.Sprintf("the platform did not come back within %s", e.Timeouts.Recovery.Duration)
	}
	if why == "" {
		return
	}
	paused := e.paused
	if paused == nil {
		paused = run.Hold
	}
	paused(ctx, run.Progress{
		Name: e.Requirement + " " + e.Fault.Name(), IDs: []string{e.Requirement}, Result: "fail", Message: why, Fault: e.Fault.Name(),
	})
}

// guarded is a context that ends when damage leaves the blast radius.
func (e *Experiment) guarded(ctx context.Context, blast []string) (context.Context, func()) {
	guarded, halt := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := e.Guard.Watch(guarded, blast); err != nil && guarded.Err() == nil {
			halt(fmt.Errorf("%w: %w", errBlast, err))
		}
	}()
	return guarded, func() {
		halt(nil)
		<-done
	}
}

// recover undoes the fault and waits until nothing of it is left.
func (e *Experiment) recover(ctx context.Context, entry *history.Fault, trouble func(string, error)) {
	if e.Hold > 0 {
		entry.Recovery = e.Flow.At(time.Now())
	}
	trouble("recover", e.Fault.Recover(ctx))
	left, err := e.clean(ctx)
	if err != nil {
		left = append(left, "unknown: "+err.Error())
	}
	if len(left) > 0 {
		entry.Residue = strings.Join(left, "; ")
		return
	}
	entry.Recovered = e.Flow.At(time.Now())
}

// clean polls until nothing of the fault is left, within the bound for residue.
func (e *Experiment) clean(ctx context.Context) (left []string, err error) {
	_ = wait.PollUntilContextTimeout(ctx, e.Timeouts.PollInterval.Duration, e.Timeouts.FaultResidue.Duration, true, func(ctx context.Context) (bool, error) {
		left, err = e.Fault.Residue(ctx)
		return err == nil && len(left) == 0, nil
	}) // what the last look saw is returned
	return left, err
}

// measure waits for the platform to come back, twice: for Kubernetes and for the
// events that were published after since. What does not come within the bound
// stays 0 in the entry. The sooner it is back, the more of the time the outage was:
// so the traffic goes on until it was enough.
func (e *Experiment) measure(ctx context.Context, entry *history.Fault, since time.Time) {
	ctx, cancel := context.WithTimeout(ctx, e.Timeouts.Recovery.Duration)
	defer cancel()
	flowing := make(chan struct{})
	go func() {
		defer close(flowing)
		first, all, _ := e.Flow.Flowing(ctx, since) // a moment that did not come is zero
		entry.FirstFlowing, entry.EventsFlowing = e.moment(first), e.moment(all)
	}()
	ready, _ := e.Health.Ready(ctx)
	<-flowing
	entry.KubernetesReady = e.moment(ready)
	if !ready.IsZero() && entry.EventsFlowing > 0 {
		e.Flow.Enough(ctx)
	}
}

func (e *Experiment) moment(t time.Time) history.Nanos {
	if t.IsZero() {
		return 0
	}
	return e.Flow.At(t)
}
