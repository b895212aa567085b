package observe

import (
	"encoding/json"
	"strings"

	"assay.dev/assay/harness/history"
)

// The headers of events (CloudEvents 1.0.2, Kafka Protocol Binding, 3.1 and 3.2).
const (
	contentType     = "content-type"
	attributePrefix = "ce_"
	structuredMedia = "application/cloudevents"
	batchedMedia    = "application/cloudevents-batch"
)

// contentMode is the content mode of an event, empty for the structured one and for
// records that are no event: the media type decides, and without that of an event the
// attributes in the headers do.
func contentMode(headers []history.RecordHeader) string {
	media := strings.ToLower(header(headers, contentType))
	switch {
	case strings.HasPrefix(media, batchedMedia):
		return history.BatchedMode
	case strings.HasPrefix(media, structuredMedia):
		return ""
	}
	for _, h := range headers {
		if strings.HasPrefix(strings.ToLower(h.Name), attributePrefix) {
			return history.BinaryMode
		}
	}
	return ""
}

// header is the value of a header, whatever the case of its name; the last one of
// several.
func header(headers []history.RecordHeader, name string) string {
	value := ""
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			value = h.Value
		}
	}
	return value
}

// readBinary reads an event in the binary content mode: its attributes are headers, and
// the value is its data.
func readBinary(headers []history.RecordHeader, value []byte, form Form) Event {
	attribute := func(name string) string { return header(headers, attributePrefix+name) }
	member := func(path string) string {
		if path == "" || !strings.Contains(path, ".") {
			return attribute(path)
		}
		return memberOf(map[string]json.RawMessage{"data": value}, path)
	}
	return Event{
		ID: foldUUID(attribute("id")), Source: attribute("source"), Type: attribute("type"),
		Key: foldUUID(member(form.Key)), Label: member(form.Label),
		Expires: expires(attribute("expiration")),
	}
}
