package judge

import (
	"slices"
	"time"

	"assay.dev/assay/spec"
)

// Evidence is how it shows that a consumer group has processed an event.
type Evidence string

// The kinds of evidence, beside the committed offset that every group has.
const (
	// ByCommit: nothing but the committed offset tells.
	ByCommit Evidence = "commit"
	// ByEffect: every processed event has an effect, and all were looked for.
	// An event without an entry was not processed.
	ByEffect Evidence = "effect"
	// BySample: effects of some events were looked for. One that was looked for
	// and not found tells, one that was not looked for tells nothing.
	BySample Evidence = "sample"
	// ByDelivery: the subscriber recorded each delivery and its answer.
	ByDelivery Evidence = "delivery"
)

// Rules are what a history is judged by. FromSpec makes them; an experiment adds
// topics and subscriptions of its own and names what it must have seen.
type Rules struct {
	Topics        []Topic
	Subscriptions []Subscription
	// Types are the types of events that a topic carries and its subscribers
	// take. A topic without an entry carries any.
	Types map[string][]string
	// Retries, Interval and Timeout are the inbound retry policy: the retries
	// after the first attempt, the time between them, the bound of one.
	Retries  int
	Interval time.Duration
	Timeout  time.Duration
	// Delivered bounds the time from an event being in Kafka to its delivery. It
	// is also for how long a disturbance repeats deliveries after it has ended.
	Delivered time.Duration
	// Retained is how long after its retention a record may still be there.
	Retained time.Duration
	// FailedAfter is for how long a deployment may miss pods before it has Failed.
	FailedAfter time.Duration
	// Skew is how far the moments of two observers may be apart for one event.
	Skew time.Duration
	// Objectives are the recovery time objectives, by name of the fault.
	Objectives map[string]Objective
	// Require names the guarantees that must have been judged on something. One
	// that is not in it and was judged on nothing was not run.
	Require []string
	// Situations names what the run must have come to (see Situation). A guarantee
	// whose situation was not reached is inconclusive, unless it is broken.
	Situations []string `json:",omitempty"`
}

// Topic is a topic whose records are in the history.
type Topic struct {
	Name       string
	Partitions int
	Retention  time.Duration
	// DeadLettersOf is the topic whose dead letters this one takes.
	DeadLettersOf string
	// Compacted says that the broker may remove records whose key comes again
	// (cleanup.policy=compact).
	Compacted bool `json:",omitempty"`
}

// Subscription is a consumer group's subscription to a topic.
type Subscription struct {
	Group    string
	Topic    string
	Evidence Evidence
	// Live says that effects are seen as they happen, so that their moments
	// order them. Deliveries always are.
	Live bool
}

// Objective is the recovery time objective of a fault, counted from its end.
type Objective struct {
	Requirement     string
	KubernetesReady time.Duration
	EventsFlowing   time.Duration
	// Situations are those that a run with the fault has to come to.
	Situations []string `json:",omitempty"`
}

// shows says how the reference workloads show what they have processed:
// workloads/README.md names the queries. What recurring-worker does is judged by
// the tasks that it creates.
var shows = map[string]Subscription{
	"audit-worker":        {Evidence: ByEffect},
	"notification-worker": {Evidence: ByEffect},
	"websocket-worker":    {Evidence: ByEffect, Live: true},
}

// skew allows for the time between an event's happening and its observer's
// noticing on a machine that is busy.
const skew = 2 * time.Second

// FromSpec derives the rules from the specification, for its own topics and the
// reference workloads.
func FromSpec(p *spec.Spec) Rules {
	r := Rules{
		Types:       map[string][]string{},
		Retries:     p.Dapr.Resiliency.MaxRetries,
		Interval:    p.Dapr.Resiliency.Interval.Duration,
		Timeout:     p.Dapr.Resiliency.Timeout.Duration,
		Delivered:   p.Timeouts.EventDelivered.Duration,
		Retained:    p.Timeouts.RetentionExpired.Duration,
		FailedAfter: p.Rollout.ProgressDeadline.Duration,
		Skew:        skew,
		Objectives:  map[string]Objective{},
		Require:     slices.Clone(core),
	}
	for _, t := range p.Topics {
		r.Topics = append(r.Topics, Topic{Name: t.Name, Partitions: t.Partitions, Retention: t.Retention.Duration, DeadLettersOf: t.DeadLettersOf})
	}
	for _, s := range p.Dapr.Subscriptions {
		shown := shows[s.App]
		if shown.Evidence == "" {
			shown.Evidence = ByCommit
		}
		shown.Group, shown.Topic = s.App, s.Topic
		r.Subscriptions = append(r.Subscriptions, shown)
	}
	for _, e := range p.Events {
		r.Types[e.Topic] = append(r.Types[e.Topic], e.Types...)
	}
	for _, f := range p.Faults {
		r.Objectives[f.Name] = Objective{Requirement: f.Requirement, KubernetesReady: f.KubernetesReady.Duration, EventsFlowing: f.EventsFlowing.Duration, Situations: f.Situations}
	}
	return r
}

// topic returns the topic of that name, nil if there is none.
func (r *Rules) topic(name string) *Topic {
	for i := range r.Topics {
		if r.Topics[i].Name == name {
			return &r.Topics[i]
		}
	}
	return nil
}

// WithEvidence returns the rules with another kind of evidence for a group.
//
// It is for platforms whose workloads are not the reference ones, and for
// experiments that look at a sample.
func (r Rules) WithEvidence(group string, e Evidence) Rules {
	r.Subscriptions = slices.Clone(r.Subscriptions)
	for i := range r.Subscriptions {
		if r.Subscriptions[i].Group == group {
			r.Subscriptions[i].Evidence = e
		}
	}
	return r
}

// Requiring returns the rules with more guarantees that must have been judged on
// something.
func (r Rules) Requiring(names ...string) Rules {
	r.Require = append(slices.Clone(r.Require), names...)
	return r
}
