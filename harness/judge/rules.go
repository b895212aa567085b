package judge

import (
	"slices"
	"time"

	"assay.dev/assay/spec"
)

// Visibility is how it shows that a consumer group has processed an event.
type Visibility string

// The kinds of evidence, beside the committed offset that every group has.
const (
	// ByCommit: nothing but the committed offset tells.
	ByCommit Visibility = "commit"
	// ByEffect: every processed event has an effect, and all were looked for.
	// An event without an entry was not processed.
	ByEffect Visibility = "effect"
	// BySample: effects of some events were looked for. One that was looked for
	// and not found tells, one that was not looked for tells nothing.
	BySample Visibility = "sample"
	// ByDelivery: the subscriber recorded each delivery and its answer.
	ByDelivery Visibility = "delivery"
)

// RulesVersion is the version of rules.json. Rules without a version are from before events
// were known by families and requests.
const RulesVersion = 2

// Rules are what a history is judged by. FromSpec makes them; an experiment adds
// topics and subscriptions of its own and names what it must have seen.
type Rules struct {
	Version       int `json:",omitempty"`
	Topics        []Topic
	Subscriptions []Subscription
	// Types are the types of events that a topic carries and its subscribers
	// take. A topic without an entry carries any.
	Types map[string][]string
	// Families are the families of events that topics carry, Requests the kinds of requests
	// that cause them.
	Families []Family  `json:",omitempty"`
	Requests []Request `json:",omitempty"`
	// Load says that the platform is put under load at all.
	Load bool `json:",omitempty"`
	// Apps are the Dapr applications of deployments, where these have other names. Proxies
	// are the namespaces of what passes requests on, Brokers that of Kafka.
	Apps    map[string]string `json:",omitempty"`
	Proxies []string          `json:",omitempty"`
	Brokers string            `json:",omitempty"`
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
	// Require names the guarantees that must have evaluated something. One
	// that is not in it and evaluated nothing was not run.
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

// Family is a family of events.
type Family struct {
	Name, Topic string
	// Keyed says that its events have a key, and with it an order.
	Keyed bool
	// Publisher is the application that publishes it, empty if that is not known.
	Publisher string `json:",omitempty"`
	// Requirement is the one that the topic carries nothing else.
	Requirement string `json:",omitempty"`
}

// Request is a kind of request that causes events.
type Request struct {
	Name string
	// Makes says that it makes the object that it is about, Removes that it removes it.
	Makes   bool `json:",omitempty"`
	Removes bool `json:",omitempty"`
	// App is the application that takes it.
	App string `json:",omitempty"`
	// Expects are the events that an accepted request causes. It is known by the first.
	Expects []Expected `json:",omitempty"`
}

// Expected are events that a request causes.
type Expected struct {
	Name, Topic, Type string
	Label             string `json:",omitempty"`
	Requirement       string `json:",omitempty"`
	// Counted says that the history counts them, request by request, and Most that they are
	// no more than that. Others are exactly one.
	Counted bool `json:",omitempty"`
	Most    int  `json:",omitempty"`
	// Makes names the request as by which the platform itself makes another object: the
	// events are of that one's key.
	Makes string `json:",omitempty"`
}

// Subscription is a consumer group's subscription to a topic.
type Subscription struct {
	Group      string
	Topic      string
	Visibility Visibility `json:"Evidence"` // the key of rules.json since version 1
	// ShownBy is the way in which the application shows its effects, where it does.
	ShownBy string `json:",omitempty"`
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

// topic returns the topic of that name, nil if there is none.
func (r *Rules) topic(name string) *Topic {
	for i := range r.Topics {
		if r.Topics[i].Name == name {
			return &r.Topics[i]
		}
	}
	return nil
}

// WithVisibility returns the rules with another kind of evidence for a group, for
// experiments that look at a sample.
func (r Rules) WithVisibility(group string, e Visibility) Rules {
	return r.showing(e, func(s Subscription) bool { return s.Group == group })
}

// Without returns the rules for a history in which nobody looked at a kind of evidence:
// the committed offsets alone tell of who shows nothing else.
func (r Rules) Without(kind spec.ShowKind) Rules {
	return r.showing(ByCommit, func(s Subscription) bool { return s.ShownBy == string(kind) })
}

// showing gives the subscriptions that suit another kind of evidence.
func (r Rules) showing(e Visibility, suits func(Subscription) bool) Rules {
	r.Subscriptions = slices.Clone(r.Subscriptions)
	for i := range r.Subscriptions {
		if suits(r.Subscriptions[i]) {
			r.Subscriptions[i].Visibility = e
		}
	}
	return r
}

// Requiring returns the rules with more guarantees that must have been evaluated for
// something.
func (r Rules) Requiring(names ...string) Rules {
	r.Require = append(slices.Clone(r.Require), names...)
	return r
}
