package history

import (
	"fmt"
	"path/filepath"
)

// Kind is a kind of entry. Each kind has a file of its own, <kind>.jsonl.
type Kind string

// The kinds.
const (
	Requests    Kind = "requests"
	Publishes   Kind = "publishes"
	Records     Kind = "records"
	Holes       Kind = "holes"
	Boundaries  Kind = "bounds"
	Commits     Kind = "commits"
	Groups      Kind = "groups"
	Moves       Kind = "moves"
	Deliveries  Kind = "deliveries"
	Effects     Kind = "effects"
	Faults      Kind = "faults"
	Pods        Kind = "pods"
	Deployments Kind = "deployments"
	KubeEvents  Kind = "events"
	Clocks      Kind = "clocks"
	Observers   Kind = "observers"
	Loads       Kind = "loads"
)

// table holds one row for each kind, in the order in which a history is read: what
// was asked for before what came of it. It is the only place that lists the kinds:
// reading, writing, keeping in memory and judging all walk it.
var table = []row{
	rowOf(Requests, 1, func(h *History) *[]Request { return &h.Requests }),
	rowOf(Publishes, 1, func(h *History) *[]Publish { return &h.Publishes }),
	rowOf(Records, 1, func(h *History) *[]Record { return &h.Records }),
	rowOf(Holes, 2, func(h *History) *[]Hole { return &h.Holes }),
	rowOf(Boundaries, 1, func(h *History) *[]Bounds { return &h.Bounds }),
	rowOf(Commits, 1, func(h *History) *[]Commit { return &h.Commits }),
	rowOf(Groups, 2, func(h *History) *[]Group { return &h.Groups }),
	rowOf(Moves, 2, func(h *History) *[]Move { return &h.Moves }),
	rowOf(Deliveries, 1, func(h *History) *[]Delivery { return &h.Deliveries }),
	rowOf(Effects, 1, func(h *History) *[]Effect { return &h.Effects }),
	rowOf(Faults, 1, func(h *History) *[]Fault { return &h.Faults }),
	rowOf(Pods, 1, func(h *History) *[]Pod { return &h.Pods }),
	rowOf(Deployments, 1, func(h *History) *[]Deployment { return &h.Deployments }),
	rowOf(KubeEvents, 1, func(h *History) *[]KubeEvent { return &h.KubeEvents }),
	rowOf(Clocks, 2, func(h *History) *[]ClockPair { return &h.Clocks }),
	rowOf(Observers, 1, func(h *History) *[]Observer { return &h.Observers }),
	rowOf(Loads, 1, func(h *History) *[]Load { return &h.Loads }),
}

// Kinds lists all kinds, in the order in which a history is read.
func Kinds() []Kind {
	kinds := make([]Kind, len(table))
	for i, r := range table {
		kinds[i] = r.kind
	}
	return kinds
}

// KindsOf lists the kinds of a version of the format.
func KindsOf(version int) []Kind {
	var kinds []Kind
	for _, r := range table {
		if r.since <= version {
			kinds = append(kinds, r.kind)
		}
	}
	return kinds
}

// path is the kind's file in the directory of a history.
func (k Kind) path(dir string) string { return filepath.Join(dir, string(k)+".jsonl") }

// Entry is one entry of a history: one of the types of this package, as a value.
type Entry interface {
	// kind says into which file the entry belongs.
	kind() Kind
	// validate finds what no observer can have written.
	validate() error
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
func (KubeEvent) kind() Kind  { return KubeEvents }
func (Observer) kind() Kind   { return Observers }
func (Load) kind() Kind       { return Loads }
func (Hole) kind() Kind       { return Holes }
func (Group) kind() Kind      { return Groups }
func (Move) kind() Kind       { return Moves }
func (ClockPair) kind() Kind  { return Clocks }

func (r Request) validate() error {
	for name, n := range r.Counts {
		if n < 0 {
			return fmt.Errorf("a change cannot cause %d %s", n, name)
		}
	}
	return r.Result.validate()
}

func (p Publish) validate() error {
	switch p.Expect {
	case "", "processed", "failed", "expired", "poisoned":
		return p.Result.validate()
	}
	return fmt.Errorf("unknown expected end %q", p.Expect)
}

func (o Result) validate() error {
	switch o {
	case Accepted, Refused, Unknown:
		return nil
	}
	return fmt.Errorf("unknown outcome %q", string(o))
}

func (r Record) validate() error {
	if r.Topic == "" || r.Partition < 0 || r.Offset < 0 {
		return fmt.Errorf("a record has a topic, a partition and an offset, this one has %q, %d, %d", r.Topic, r.Partition, r.Offset)
	}
	return nil
}

func (d Delivery) validate() error {
	switch d.Answer {
	case Success, Retry, Drop, Fail, None, Lost:
		return nil
	}
	return fmt.Errorf("unknown answer %q", string(d.Answer))
}

func (b Bounds) validate() error {
	if b.First < 0 || b.Next < b.First {
		return fmt.Errorf("bounds %d to %d are no bounds of a log", b.First, b.Next)
	}
	return nil
}

func (e Effect) validate() error {
	if e.Times < 0 {
		return fmt.Errorf("an effect cannot be found %d times", e.Times)
	}
	return nil
}

func (h Hole) validate() error {
	if h.Topic == "" || h.Partition < 0 || h.From < 0 || h.To <= h.From {
		return fmt.Errorf("offsets %d to %d of %q/%d are no range of a log", h.From, h.To, h.Topic, h.Partition)
	}
	switch h.Why {
	case Marker, Aborted, Compacted, Truncated:
		return nil
	}
	return fmt.Errorf("unknown reason %q for offsets without a record", string(h.Why))
}

func (Group) validate() error      { return nil }
func (Move) validate() error       { return nil }
func (ClockPair) validate() error  { return nil }
func (Commit) validate() error     { return nil }
func (Fault) validate() error      { return nil }
func (Pod) validate() error        { return nil }
func (Deployment) validate() error { return nil }
func (KubeEvent) validate() error  { return nil }
func (Observer) validate() error   { return nil }
func (Load) validate() error       { return nil }
