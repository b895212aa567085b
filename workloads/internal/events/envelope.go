// Package events holds the three event families of the todo platform as
// CloudEvents 1.0 in structured JSON: how todo-backend writes them and how
// every consumer checks them before it believes them.
//
// The shapes are those of the infrastructure specification, section "Event
// Schema". A consumer is strict about what the specification fixes (the
// envelope's required attributes and every member of data) and tolerant about
// what CloudEvents leaves open (extension attributes: Dapr adds topic,
// pubsubname, traceid, traceparent and tracestate on the way).
package events

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"assay.dev/assay/workloads/internal/strictjson"
)

// Constants of every event.
const (
	SpecVersion = "1.0"
	// ContentType is the media type of a CloudEvent in structured JSON: with
	// it Dapr takes the envelope as ours and does not wrap it once more.
	ContentType     = "application/cloudevents+json"
	dataContentType = "application/json"
)

// Envelope is one CloudEvent with data of type T. Members are in the order of
// the specification's examples.
type Envelope[T any] struct {
	SpecVersion     string    `json:"specversion"`
	Type            string    `json:"type"`
	Source          string    `json:"source"`
	ID              string    `json:"id"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype,omitempty"`
	Data            T         `json:"data"`
	Trace
}

// Trace is the W3C trace context of the request that caused the event, as the
// extension attributes of CloudEvents' Distributed Tracing. TraceID repeats
// TraceParent under the name that Dapr gave it first: without it Dapr replaces
// both by its own, which are empty when tracing is off.
type Trace struct {
	TraceParent string `json:"traceparent,omitempty"`
	TraceState  string `json:"tracestate,omitempty"`
	TraceID     string `json:"traceid,omitempty"`
}

// TraceOf makes a Trace of the attributes traceparent and tracestate.
func TraceOf(attributes map[string]string) Trace {
	parent := attributes["traceparent"]
	return Trace{TraceParent: parent, TraceState: attributes["tracestate"], TraceID: parent}
}

// Attributes returns traceparent and tracestate by name.
func (t Trace) Attributes() map[string]string {
	return map[string]string{"traceparent": t.TraceParent, "tracestate": t.TraceState}
}

// Marshal writes the event as structured JSON.
func (e Envelope[T]) Marshal() ([]byte, error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode event %s: %w", e.ID, err)
	}
	return raw, nil
}

// attributeName is CloudEvents 1.0.2, "Naming Conventions".
var attributeName = regexp.MustCompile(`^[a-z0-9]+$`)

// parse reads the attributes that all families share and hands data to
// readData. An event that breaks rules is returned as far as it could be read,
// for logs, beside the error. needContentType reports whether the family's schema lists
// datacontenttype; where it does not, an absent one is right too.
func parse[T any](raw []byte, family Family, needContentType bool, readData func(*strictjson.Object) T) (Envelope[T], error) {
	o, err := strictjson.Parse(raw)
	if err != nil {
		return Envelope[T]{}, err
	}
	e := Envelope[T]{
		SpecVersion: o.Enum("specversion", SpecVersion),
		Type:        o.Enum("type", family.Types...),
		Source:      o.Enum("source", family.Source),
		ID:          o.UUID("id"),
		Time:        o.Time("time"),
	}
	if needContentType || set(o, "datacontenttype") {
		e.DataContentType = o.Enum("datacontenttype", dataContentType)
	}
	data := o.Object("data")
	e.Data = readData(data)
	data.NoOthers()
	e.Trace = Trace{TraceParent: text(o, "traceparent"), TraceState: text(o, "tracestate"), TraceID: text(o, "traceid")}
	readOptional(o)
	return e, o.Err()
}

// set reports whether an attribute is there. The JSON Event Format wants a null
// attribute to be read as an absent one.
func set(o *strictjson.Object, name string) bool { return o.Has(name) && !o.Null(name) }

// text reads an attribute that should be a string and is nothing otherwise.
func text(o *strictjson.Object, name string) string {
	var value string
	_ = json.Unmarshal(o.Raw(name), &value) // what is no string is left empty
	return value
}

// extensions are the attributes that no schema lists.
func extensions(o *strictjson.Object) []string {
	return append(o.Others(), "traceparent", "tracestate", "traceid")
}

// readOptional checks the attributes that CloudEvents leaves to the producer
// or to whoever the event passes by.
func readOptional(o *strictjson.Object) {
	if set(o, "subject") {
		before := o.Violations()
		subject := o.String("subject")
		switch err := checkText(subject); {
		case o.Violations() != before:
		case subject == "":
			o.Fail("subject", "must not be empty")
		case err != nil:
			o.Fail("subject", "%v", err)
		}
	}
	if set(o, "dataschema") {
		before := o.Violations()
		if err := checkURI(o.String("dataschema")); err != nil && o.Violations() == before {
			o.Fail("dataschema", "%v", err)
		}
	}
	for _, name := range extensions(o) {
		switch {
		case !attributeName.MatchString(name):
			o.Fail(name, "is not a CloudEvents attribute name: lower-case letters and digits only")
		case set(o, name):
			if err := checkValue(o.Raw(name)); err != nil {
				o.Fail(name, "%v", err)
			}
		}
	}
}
