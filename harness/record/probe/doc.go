// Package probe is the suites' own subscriber: a program that is deployed beside
// the judged applications, is delivered events by a Dapr sidecar of its own,
// answers each as it was told to, and remembers every delivery.
//
//	POST   /events/{topic}   deliveries, from the sidecar
//	PUT    /rules            how to answer, a JSON list of Rule; replaces all before
//	GET    /deliveries       Line after Line, those with a number above ?after=N;
//	                         with ?wait=10s it waits for one that long
//	GET    /healthz          200
//
// It keeps no state: a probe that is restarted has forgotten everything, and
// says so by another value of the header Assay-Boot.
package probe

import "time"

const (
	// BootHeader names the start of the probe that an answer comes from.
	BootHeader = "Assay-Boot"
	// MaxWait bounds how long one request for deliveries waits.
	MaxWait = 10 * time.Second
	// Port is where the program listens.
	Port = 8080
	// maxHang bounds a delivery that is not answered, should its sidecar not give up.
	maxHang = time.Minute
	// maxEvent bounds a delivery, in bytes; Kafka's own bound for a record is 1 MiB.
	maxEvent = 1 << 20
	// maxSaved bounds the deliveries that are remembered; later ones are refused,
	// since one that is not remembered would count as never delivered.
	maxSaved = 100_000
)

// Answer is how a delivery is answered, in the words of the history.
type Answer string

// The answers: 200 with SUCCESS, RETRY or DROP, 500, none at all until the sidecar
// gives up, or a connection that is cut when the event was processed.
const (
	Success Answer = "success"
	Retry   Answer = "retry"
	Drop    Answer = "drop"
	Fail    Answer = "error"
	None    Answer = "none"
	Lost    Answer = "lost"
)

// Rule says how deliveries are answered that it matches. Of several that match
// the first counts; without any the answer is Success.
type Rule struct {
	// Topic, ID and Type are those of the event, empty for any. Contains is a
	// text that its bytes hold.
	Topic    string `json:"topic,omitempty"`
	ID       string `json:"id,omitempty"`
	Type     string `json:"type,omitempty"`
	Contains string `json:"contains,omitempty"`
	// Answers are those to the first, second, … delivery of an event; the last
	// one counts for all after it.
	Answers []Answer `json:"answers"`
}

// Delivery is one delivery.
type Delivery struct {
	// Number counts all deliveries from 1, Attempt those of one event on a topic.
	Number  int `json:"number"`
	Attempt int `json:"attempt"`
	// Arrived and Answered are moments of the probe's clock.
	Arrived  time.Time `json:"arrived"`
	Answered time.Time `json:"answered"`
	App      string    `json:"app"`
	Topic    string    `json:"topic"`
	ID       string    `json:"id"`
	Source   string    `json:"source,omitempty"`
	Type     string    `json:"type,omitempty"`
	Key      string    `json:"key,omitempty"` // data.key of the event
	Answer   Answer    `json:"answer"`
	// Partition and Offset are where Dapr says that the record is, empty if it
	// does not say.
	Partition string `json:"partition,omitempty"`
	Offset    string `json:"offset,omitempty"`
	SHA256    string `json:"sha256"`
}

// Line is one line of the answer to GET /deliveries. The first has no delivery.
type Line struct {
	// Now is the probe's time when the line was written.
	Now      time.Time `json:"now"`
	Delivery *Delivery `json:"delivery,omitempty"`
}
