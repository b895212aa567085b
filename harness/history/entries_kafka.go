package history

import (
	"bytes"
	"encoding/hex"
	"unicode/utf8"
)

// Record is one record seen in Kafka, in a topic of the specification or in a
// dead-letter topic.
type Record struct {
	Seen      Nanos  `json:"seen"`
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	// Stamp is the record's own timestamp, in milliseconds since 1970. Its producer
	// may have set it to anything, -1 if to nothing: it does not say when the record
	// came, which Seen does.
	Stamp int64 `json:"stamp"`
	// Key is the record's key, see Bytes.
	Key string `json:"key,omitempty"`
	// Headers are the record's headers, in their order.
	Headers []RecordHeader `json:"headers,omitempty"`
	// Mode is the content mode of a CloudEvent that is not in the structured mode:
	// "binary" or "batched" (CloudEvents 1.0.2, Kafka Protocol Binding, 3).
	Mode string `json:"mode,omitempty"`
	// ID and Type are the event's, empty for bytes that are no event. EventKey and Label
	// are the members of the event that its family names as its key and its label. UUIDs
	// are in lower case.
	ID       string `json:"id,omitempty"`
	Source   string `json:"source,omitempty"` // see Publish.Source
	Type     string `json:"type,omitempty"`
	EventKey string `json:"eventKey,omitempty"`
	Label    string `json:"label,omitempty"`
	SHA256   string `json:"sha256"`
	Size     int    `json:"size"`
	// Invalid says what the event's schema found against it.
	Invalid string `json:"invalid,omitempty"`
	// Expires is the event's expiration, in milliseconds since 1970, 0 for none.
	Expires int64 `json:"expires,omitempty"`
	// Life counts how often the topic was deleted and recreated since the history
	// started. Offsets start again with each life.
	Life int32 `json:"life,omitempty"`
}

// The content modes that Record.Mode names.
const (
	BinaryMode  = "binary"
	BatchedMode = "batched"
)

// RecordHeader is a header of a record. Its value is as Bytes writes it.
type RecordHeader struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

// hexPrefix starts bytes that are not written as text.
const hexPrefix = "hex:"

// Bytes writes bytes as text, so that different bytes are different texts: valid
// UTF-8 as it is, and other bytes, empty ones that are there, and text that starts
// with "hex:" in hexadecimal digits behind "hex:". Bytes that are nil are empty.
func Bytes(raw []byte) string {
	if raw == nil || len(raw) > 0 && utf8.Valid(raw) && !bytes.HasPrefix(raw, []byte(hexPrefix)) {
		return string(raw)
	}
	return hexPrefix + hex.EncodeToString(raw)
}

// Cause is why an offset of a log has no record.
type Cause string

// The causes.
const (
	Marker    Cause = "marker"    // the control record of a transaction (KIP-98)
	Aborted   Cause = "aborted"   // a record of a transaction that was aborted
	Compacted Cause = "compacted" // the broker holds no record at it, before a record that it holds
	Truncated Cause = "truncated" // it is before the start of the log
)

// Hole is a range of offsets of a partition at which the broker has no record that
// a consumer of committed records can read.
type Hole struct {
	Seen      Nanos  `json:"seen"`
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	From      int64  `json:"from"`
	To        int64  `json:"to"` // the offset behind the range
	Why       Cause  `json:"why"`
	Life      int32  `json:"life,omitempty"` // see Record.Life
}

// Bounds are the first and the next offset of a partition at one moment.
type Bounds struct {
	Seen      Nanos  `json:"seen"`
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	First     int64  `json:"first"`
	Next      int64  `json:"next"`
	Life      int32  `json:"life,omitempty"` // see Record.Life
}

// Commit is a consumer group's committed offset at one moment: the offset of the
// next record to consume, -1 where nothing is committed.
type Commit struct {
	Seen      Nanos  `json:"seen"`
	Group     string `json:"group"`
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	Life      int32  `json:"life,omitempty"` // see Record.Life
}

// Group is the state of a consumer group after a change that was seen.
type Group struct {
	Seen  Nanos  `json:"seen"`
	Group string `json:"group"`
	// State is what the broker says: Stable, Empty, Dead, PreparingRebalance,
	// CompletingRebalance (KIP-848: also Assigning, Reconciling).
	State string `json:"state"`
	// Generation counts the changes of the members and of what they are assigned
	// that the observer saw: the broker's own number is not in its answer.
	Generation int32 `json:"generation"`
	// Members are the ids of the members, sorted.
	Members []string `json:"members,omitempty"`
	// Coordinator is the id of the broker that coordinates the group.
	Coordinator int32 `json:"coordinator"`
}

// Move is a change of a group's committed offset while the group had no member: it
// was made by another hand than the group's own.
type Move struct {
	Seen      Nanos  `json:"seen"`
	Group     string `json:"group"`
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	From      int64  `json:"from"`
	To        int64  `json:"to"`
	Life      int32  `json:"life,omitempty"` // see Record.Life
}

// ClockPair is the wall clock at a moment of the monotonic clock, on the machine of
// the observers. The monotonic clock stands still while a machine sleeps, and does
// not feel that its wall clock is set.
type ClockPair struct {
	Seen Nanos `json:"seen"`
	Wall int64 `json:"wall"` // nanoseconds since 1970
}
