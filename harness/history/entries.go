package history

import "time"

// Version is the version of the format that is written. Version 2 added the kinds
// holes, groups, moves and clocks, and the headers of records. Version 3 calls keys and
// labels of events so, and counts the events that a request causes by name.
const Version = 3

// oldest is the oldest version that is still read. A reader refuses any version
// that is older than it, or newer than Version.
const oldest = 1

// Nanos is a moment: nanoseconds since the base of the history.
type Nanos int64

// Header says what a history is of. It is the first line of each of its files.
type Header struct {
	Version int `json:"version"`
	// Run is the ID of the run, Experiment what of it this history covers.
	Run        string `json:"run"`
	Experiment string `json:"experiment"`
	// Base is the wall clock at Nanos 0, Seed what all random choices came from.
	Base time.Time `json:"base"`
	Seed int64     `json:"seed"`
	// Kind is the kind of the file's entries.
	Kind string `json:"kind"`
}

// Result is the answer to an attempt to publish or to change something.
type Result string

// The outcomes. Unknown is an attempt whose answer did not arrive: it may or may
// not have had its effect, and is counted apart.
const (
	Accepted Result = "accepted"
	Refused  Result = "refused"
	Unknown  Result = "unknown"
)

// Publish is one attempt to publish one event past the API: through a sidecar
// (Via "dapr") or straight to Kafka (Via "kafka").
type Publish struct {
	Start Nanos `json:"begin"`
	// End is when the answer came, or when no answer was waited for any longer.
	End   Nanos  `json:"end"`
	Via   string `json:"via"`
	Topic string `json:"topic"`
	ID    string `json:"id"`
	// Source is the event's, empty where it is not known. Source and ID together identify
	// an event (CloudEvents 1.0.2, 3.1).
	Source string `json:"source,omitempty"`
	Key    string `json:"key,omitempty"`
	Type   string `json:"type,omitempty"`
	Result Result `json:"outcome"`
	// Status is the HTTP status or Kafka error code of the answer, 0 if none.
	Status int    `json:"status,omitempty"`
	Error  string `json:"error,omitempty"`
	// TTL is the event's time to live, 0 for none.
	TTL time.Duration `json:"ttl,omitempty"`
	// SHA256 is the hex digest of the bytes that were handed over, Size their number.
	SHA256 string `json:"sha256,omitempty"`
	Size   int    `json:"size,omitempty"`
	// Partition and Offset are what the broker answered (Via "kafka"), -1 elsewhere.
	Partition int32 `json:"partition"`
	Offset    int64 `json:"offset"`
	// Expect names the end that the attempt was made for: "processed",
	// "failed", "expired", or empty for a valid event; "poisoned" for what may end its
	// consumer: it is dead-lettered, or another hand moves the group past it.
	Expect string `json:"expect,omitempty"`
	// ExpectOf is the consumer group that Expect is about; the event is valid for
	// all others. Empty: Expect is about all of them.
	ExpectOf string `json:"expectOf,omitempty"`
}

// Request is one request through the ingress.
type Request struct {
	Start  Nanos  `json:"begin"`
	End    Nanos  `json:"end"`
	Method string `json:"method"`
	Path   string `json:"path"`
	Result Result `json:"outcome"`
	Status int    `json:"status,omitempty"`
	Error  string `json:"error,omitempty"`
	// Key is the key of the object that the request is about, User whose it is. Change is
	// the request's name in the load of the specification, empty for a read.
	Key    string `json:"key,omitempty"`
	User   string `json:"user,omitempty"`
	Change string `json:"change,omitempty"`
	// Event is the ID of the event that an accepted change causes, if the answer names it.
	Event string `json:"event,omitempty"`
	// Counts are the numbers of further events that the change causes, by the names of the
	// expectations whose number depends on what was asked for.
	Counts map[string]int `json:"counts,omitempty"`
	// TraceID is the W3C trace id that the request carried.
	TraceID string `json:"traceId,omitempty"`
}

// Answer is what a subscriber answered to a delivery.
type Answer string

// The answers that Dapr knows, None for a subscriber that did not answer, and Lost for
// one that processed the event and whose answer did not arrive.
const (
	Success Answer = "success"
	Retry   Answer = "retry"
	Drop    Answer = "drop"
	Fail    Answer = "error"
	None    Answer = "none"
	Lost    Answer = "lost"
)

// Delivery is one delivery of an event to a subscriber that records.
type Delivery struct {
	Seen Nanos `json:"seen"`
	// Group is the subscriber's consumer group, which is its app id.
	Group  string `json:"group"`
	Topic  string `json:"topic"`
	ID     string `json:"id"`
	Source string `json:"source,omitempty"` // see Publish.Source
	Key    string `json:"key,omitempty"`    // of the event, as Record.EventKey
	Answer Answer `json:"answer"`
	// Attempt counts the deliveries of this event to this group, from 1.
	Attempt int `json:"attempt"`
}

// Effect is the visible effect of a processed event in a workload: an entry of
// the audit trail, a scheduled notification, a message to a browser.
type Effect struct {
	Seen  Nanos  `json:"seen"`
	Group string `json:"group"`
	Topic string `json:"topic"`
	ID    string `json:"id"`
	// Times is how often the effect was found, 0 if it was looked for and absent.
	// Entries of one event and group add up: an effect that was found is written
	// once, however often it is looked at.
	Times int `json:"times"`
}

// Fault is one injected fault. All moments are 0 until they come.
type Fault struct {
	Name        string   `json:"name"`
	Requirement string   `json:"requirement,omitempty"`
	Blast       []string `json:"blast,omitempty"` // what may be hurt, as namespace/name
	Requested   Nanos    `json:"requested"`
	Effective   Nanos    `json:"effective,omitempty"`
	// Proof says by what the effect was seen; empty: not proven.
	Proof     string `json:"proof,omitempty"`
	Recovery  Nanos  `json:"recovery,omitempty"`  // recovery asked for
	Recovered Nanos  `json:"recovered,omitempty"` // no residue left
	Residue   string `json:"residue,omitempty"`   // what was left, if anything
	// KubernetesReady and EventsFlowing are when all pods were Ready, and when
	// events of all families were processed again; FirstFlowing is when events of
	// any family were.
	KubernetesReady Nanos  `json:"kubernetesReady,omitempty"`
	FirstFlowing    Nanos  `json:"firstFlowing,omitempty"`
	EventsFlowing   Nanos  `json:"eventsFlowing,omitempty"`
	Error           string `json:"error,omitempty"`
}

// Pod is the state of a pod after a change that the watch reported.
type Pod struct {
	Seen      Nanos  `json:"seen"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	UID       string `json:"uid"`
	Node      string `json:"node,omitempty"`
	Phase     string `json:"phase"`
	Ready     bool   `json:"ready"`
	Restarts  int32  `json:"restarts"`
	Deleted   bool   `json:"deleted,omitempty"`
}

// Deployment is the state of a deployment after a change that the watch reported.
type Deployment struct {
	Seen        Nanos  `json:"seen"`
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
	Revision    int64  `json:"revision"`
	Template    string `json:"template"` // a digest of the pod template
	Generation  int64  `json:"generation"`
	Observed    int64  `json:"observed"`
	Replicas    int32  `json:"replicas"` // wanted
	Updated     int32  `json:"updated"`
	Ready       int32  `json:"ready"`
	Available   int32  `json:"available"`
	Unavailable int32  `json:"unavailable"`
	// Progressing is the reason of the condition Progressing, e.g.
	// NewReplicaSetAvailable or ProgressDeadlineExceeded.
	Progressing string `json:"progressing,omitempty"`
	Deleted     bool   `json:"deleted,omitempty"`
}

// KubeEvent is a Kubernetes event.
type KubeEvent struct {
	Seen    Nanos  `json:"seen"`
	Object  string `json:"object"` // Kind namespace/name
	Type    string `json:"type"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
	Count   int32  `json:"count,omitempty"`
}

// Observer says how well an observer held out. A judge that needs what a lost or
// late observer should have seen cannot pass.
type Observer struct {
	Name  string `json:"name"`
	Start Nanos  `json:"begin"`
	End   Nanos  `json:"end"`
	// Kinds are the kinds of entries that it writes; empty: all kinds. What it
	// missed makes inconclusive what is judged by these kinds.
	Kinds []Kind `json:"kinds,omitempty"`
	// Gaps are the times in which it may have missed something that it cannot
	// have caught up on; Lost says why it ended before it was told to.
	Gaps []Gap  `json:"gaps,omitempty"`
	Lost string `json:"lost,omitempty"`
}

// Gap is a time in which an observer saw nothing, and why.
type Gap struct {
	From Nanos  `json:"from"`
	To   Nanos  `json:"to"`
	Why  string `json:"why"`
	// Topic and Partition are what alone it did not see. Without a topic it may
	// have missed anything.
	Topic     string `json:"topic,omitempty"`
	Partition int32  `json:"partition,omitempty"`
}

// Load is what the traffic was asked for and what it reached, events per second.
type Load struct {
	Start   Nanos   `json:"begin"`
	End     Nanos   `json:"end"`
	Minimum float64 `json:"minimum"`
	Reached float64 `json:"reached"`
	Events  int64   `json:"events"`
}
