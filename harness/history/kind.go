package history

import (
	"fmt"
	"path/filepath"
)

// Kind is a kind of entry. Each kind has a file of its own, <kind>.jsonl.
type Kind string

// The kinds, in the order in which a history is read: what was asked for before
// what came of it.
const (
	Requests    Kind = "requests"
	Publishes   Kind = "publishes"
	Records     Kind = "records"
	Boundaries  Kind = "bounds"
	Commits     Kind = "commits"
	Deliveries  Kind = "deliveries"
	Effects     Kind = "effects"
	Faults      Kind = "faults"
	Pods        Kind = "pods"
	Deployments Kind = "deployments"
	Events      Kind = "events"
	Observers   Kind = "observers"
	Loads       Kind = "loads"
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Requests, Publishes, Records, Boundaries, Commits, Deliveries, Effects,
		Faults, Pods, Deployments, Events, Observers, Loads}
}

// path is the kind's file in the directory of a history.
func (k Kind) path(dir string) string { return filepath.Join(dir, string(k)+".jsonl") }

// Entry is one entry of a history: one of the types of this package, as a value.
type Entry interface {
	// kind says into which file the entry belongs.
	kind() Kind
	// check finds what no observer can have written.
	check() error
}

func (Request) kind() Kind    { return Requests }
func (Publish) kind() Kind    { return Publishes }
func (Record) kind() Kind     { return Records }
func (Bounds) kind() Kind     { return Boundaries }
func (Commit) kind() Kind     { return Commits }
func (Delivery) kind() Kind   { return Deliveries }
func (Effect) kind() Kind     { return Effects }
func (Fault) kind() Kind      { return Faults }
func (Pod) kind() Kind        { return Pods }
func (Deployment) kind() Kind { return Deployments }
func (KubeEvent) kind() Kind  { return Events }
func (Observer) kind() Kind   { return Observers }
func (Load) kind() Kind       { return Loads }

func (r Request) check() error {
	switch r.Change {
	case "", "create", "update", "complete", "delete":
		return r.Outcome.check()
	}
	return fmt.Errorf("unknown change %q", r.Change)
}

func (p Publish) check() error {
	switch p.Expect {
	case "", "processed", "failed", "expired":
		return p.Outcome.check()
	}
	return fmt.Errorf("unknown expected end %q", p.Expect)
}

func (o Outcome) check() error {
	switch o {
	case Accepted, Refused, Unknown:
		return nil
	}
	return fmt.Errorf("unknown outcome %q", string(o))
}

func (r Record) check() error {
	if r.Topic == "" || r.Partition < 0 || r.Offset < 0 {
		return fmt.Errorf("a record has a topic, a partition and an offset, this one has %q, %d, %d", r.Topic, r.Partition, r.Offset)
	}
	return nil
}

func (d Delivery) check() error {
	switch d.Answer {
	case Success, Retry, Drop, Fail, None:
		return nil
	}
	return fmt.Errorf("unknown answer %q", string(d.Answer))
}

func (b Bounds) check() error {
	if b.First < 0 || b.Next < b.First {
		return fmt.Errorf("bounds %d to %d are no bounds of a log", b.First, b.Next)
	}
	return nil
}

func (e Effect) check() error {
	if e.Times < 0 {
		return fmt.Errorf("an effect cannot be found %d times", e.Times)
	}
	return nil
}

func (Commit) check() error     { return nil }
func (Fault) check() error      { return nil }
func (Pod) check() error        { return nil }
func (Deployment) check() error { return nil }
func (KubeEvent) check() error  { return nil }
func (Observer) check() error   { return nil }
func (Load) check() error       { return nil }
