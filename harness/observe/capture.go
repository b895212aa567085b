package observe

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/IBM/sarama"
	"github.com/google/uuid"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec/schemas"
)

// captureOf reads a record: what identifies the event in it, and what the schema
// of family, if there is one, finds against it.
func captureOf(message *sarama.ConsumerMessage, seen history.Nanos, set *schemas.Set, family string) Capture {
	capture := Capture{Raw: message.Value, Headers: map[string]string{}, Record: history.Record{
		Seen: seen, Topic: message.Topic, Partition: message.Partition, Offset: message.Offset,
		Stamp: message.Timestamp.UnixMilli(), Key: history.Bytes(message.Key),
	}}
	if message.Timestamp.IsZero() { // the client's word for a record without one
		capture.Stamp = noStamp
	}
	for _, header := range message.Headers {
		capture.Headers[string(header.Key)] = string(header.Value)
		capture.Record.Headers = append(capture.Record.Headers, history.RecordHeader{Name: history.Bytes(header.Key), Value: history.Bytes(header.Value)})
	}
	capture.Read(set, family)
	return capture
}

// noStamp is the timestamp of a record that has none.
const noStamp = -1

// Read fills in what the bytes and the headers say: the digest, what identifies the
// event, and what the schema of family, if there is one, finds against it.
func (c *Capture) Read(set *schemas.Set, family string) {
	digest := sha256.Sum256(c.Raw)
	c.SHA256, c.Size, c.Invalid = hex.EncodeToString(digest[:]), len(c.Raw), ""
	event := ReadEvent(c.Raw)
	if c.Mode = contentMode(c.Record.Headers); c.Mode == history.BinaryMode {
		event = readBinary(c.Record.Headers, c.Raw)
	}
	c.ID, c.Type, c.Task, c.Action, c.Expires = event.ID, event.Type, event.Task, event.Action, event.Expires
	if c.Source = ""; c.ID != "" {
		c.Source = event.Source
	}
	if family == "" {
		return
	}
	if c.Mode != "" {
		c.Invalid = "the " + c.Mode + " content mode: event.envelope wants the whole event in the value (structured mode)"
		return
	}
	if err := set.Validate(family, c.Raw); err != nil {
		c.Invalid = err.Error()
	}
}

// Event is what identifies an event, as far as its bytes say so.
type Event struct {
	ID, Source, Type, Task, Action string
	// Expires is its expiration in milliseconds since 1970, 0 for none.
	Expires int64
}

// ReadEvent reads an event that may be broken in any way. What is missing or of
// another type is left empty.
func ReadEvent(raw []byte) Event {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return Event{}
	}
	var data map[string]json.RawMessage
	_ = json.Unmarshal(members["data"], &data)
	return Event{
		ID: foldUUID(text(members["id"])), Source: text(members["source"]), Type: text(members["type"]),
		Task: foldUUID(text(data["task_id"])), Action: text(data["action"]),
		Expires: expires(text(members["expiration"])),
	}
}

// expires reads an expiration, 0 for none.
func expires(attribute string) int64 {
	at, err := schemas.ParseTime(attribute)
	if err != nil {
		return 0
	}
	return at.UnixMilli()
}

// foldUUID returns a UUID in lower case, in which the workloads keep it (RFC 9562, 4),
// and any other text as it is.
func foldUUID(text string) string {
	if len(text) == len(uuid.Nil.String()) && uuid.Validate(text) == nil {
		return strings.ToLower(text)
	}
	return text
}

// text is the string that raw holds, or nothing.
func text(raw json.RawMessage) string {
	var value string
	_ = json.Unmarshal(raw, &value)
	return value
}
