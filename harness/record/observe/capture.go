package observe

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/IBM/sarama"
	"github.com/google/uuid"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/schemas"
)

// Form says what the records of a topic hold: events of a family, with the members that
// are their key and their label (see spec.EventFamily). All of it may be empty.
type Form struct{ Family, Key, Label string }

// Forms are the forms of the topics of a specification. Dead letters have the key and the
// label of what they are copies of, and are of no family.
func Forms(p *spec.Spec) map[string]Form {
	forms := map[string]Form{}
	for _, e := range p.Events {
		forms[e.Topic] = Form{Family: e.Family, Key: e.Key, Label: e.Label}
	}
	for _, t := range p.Topics {
		if of, known := forms[t.DeadLettersOf]; known && t.DeadLettersOf != "" {
			forms[t.Name] = Form{Key: of.Key, Label: of.Label}
		}
	}
	return forms
}

// captureOf reads a record: what identifies the event in it, and what the schema
// of its form, if there is one, finds against it.
func captureOf(message *sarama.ConsumerMessage, seen history.Nanos, set *schemas.Set, form Form) Capture {
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
	capture.Read(set, form)
	return capture
}

// noStamp is the timestamp of a record that has none.
const noStamp = -1

// Read fills in what the bytes and the headers say: the digest, what identifies the
// event, and what the schema of its family, if there is one, finds against it.
func (c *Capture) Read(set *schemas.Set, form Form) {
	digest := sha256.Sum256(c.Raw)
	c.SHA256, c.Size, c.Invalid = hex.EncodeToString(digest[:]), len(c.Raw), ""
	event := ReadEvent(c.Raw, form)
	if c.Mode = contentMode(c.Record.Headers); c.Mode == history.BinaryMode {
		event = readBinary(c.Record.Headers, c.Raw, form)
	}
	c.ID, c.Type, c.EventKey, c.Label, c.Expires = event.ID, event.Type, event.Key, event.Label, event.Expires
	if c.Source = ""; c.ID != "" {
		c.Source = event.Source
	}
	if form.Family == "" {
		return
	}
	if c.Mode != "" {
		c.Invalid = "the " + c.Mode + " content mode: event.envelope requires the complete event in the value (structured mode)"
		return
	}
	if err := set.Validate(form.Family, c.Raw); err != nil {
		c.Invalid = err.Error()
	}
}

// Event is what identifies an event, as far as its bytes say so.
type Event struct {
	ID, Source, Type, Key, Label string
	// Expires is its expiration in milliseconds since 1970, 0 for none.
	Expires int64
}

// ReadEvent reads an event that may be broken in any way. What is missing or of
// another type is left empty.
func ReadEvent(raw []byte, form Form) Event {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return Event{}
	}
	return Event{
		ID: foldUUID(text(members["id"])), Source: text(members["source"]), Type: text(members["type"]),
		Key: foldUUID(memberOf(members, form.Key)), Label: memberOf(members, form.Label),
		Expires: expires(text(members["expiration"])),
	}
}

// memberOf is the text or the number at the path of a member of an event, such as
// data.order.id; empty if there is none.
func memberOf(members map[string]json.RawMessage, path string) string {
	name, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		return scalar(members[name])
	}
	var below map[string]json.RawMessage
	_ = json.Unmarshal(members[name], &below) // what is no object has no members
	return memberOf(below, rest)
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

// scalar is the string that raw holds, a number as it is written, or nothing.
func scalar(raw json.RawMessage) string {
	var number json.Number
	if json.Unmarshal(raw, &number) == nil && number != "" {
		return number.String()
	}
	return text(raw)
}

// text is the string that raw holds, or nothing.
func text(raw json.RawMessage) string {
	var value string
	_ = json.Unmarshal(raw, &value)
	return value
}
