package observe

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/IBM/sarama"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec/schemas"
)

// captureOf reads a record: what identifies the event in it, and what the schema
// of family, if there is one, finds against it.
func captureOf(message *sarama.ConsumerMessage, seen history.Nanos, family string) Capture {
	capture := Capture{Raw: message.Value, Headers: map[string]string{}, Record: history.Record{
		Seen: seen, Topic: message.Topic, Partition: message.Partition, Offset: message.Offset,
		Stamp: message.Timestamp.UnixMilli(), Key: strings.ToValidUTF8(string(message.Key), "\uFFFD"),
	}}
	for _, header := range message.Headers {
		capture.Headers[string(header.Key)] = string(header.Value)
	}
	capture.Read(family)
	return capture
}

// Read fills in what the bytes say: the digest, what identifies the event, and what
// the schema of family, if there is one, finds against it.
func (c *Capture) Read(family string) {
	digest := sha256.Sum256(c.Raw)
	c.SHA256, c.Size, c.Invalid = hex.EncodeToString(digest[:]), len(c.Raw), ""
	event := ReadEvent(c.Raw)
	c.ID, c.Type, c.Task, c.Action, c.Expires = event.ID, event.Type, event.Task, event.Action, event.Expires
	if family == "" {
		return
	}
	if err := schemas.Validate(family, c.Raw); err != nil {
		c.Invalid = err.Error()
	}
}

// Event is what identifies an event, as far as its bytes say so.
type Event struct {
	ID, Type, Task, Action string
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
	e := Event{
		ID: text(members["id"]), Type: text(members["type"]),
		Task: text(data["task_id"]), Action: text(data["action"]),
	}
	if at, err := time.Parse(time.RFC3339, text(members["expiration"])); err == nil {
		e.Expires = at.UnixMilli()
	}
	return e
}

// text is the string that raw holds, or nothing.
func text(raw json.RawMessage) string {
	var value string
	_ = json.Unmarshal(raw, &value)
	return value
}
