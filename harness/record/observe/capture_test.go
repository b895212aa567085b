package observe

import (
	"strings"
	"testing"
	"time"

	"github.com/IBM/sarama"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec/todo"
)

// family and form are those of one topic of the reference.
var (
	family = todo.Must().Events[0]
	form   = Forms(todo.Must())[family.Topic]
)

// TestTheSpecificationNamesKeyAndLabel reads events of other families: the key may be an
// attribute or lie deep in the data, and what is no text is none.
func TestTheSpecificationNamesKeyAndLabel(t *testing.T) {
	const raw = `{"id":"1","subject":"s","data":{"order":{"id":"o"},"kind":"k","number":7}}`
	for _, c := range []struct{ key, label, wantKey, wantLabel string }{
		{"subject", "data.kind", "s", "k"},
		{"data.order.id", "", "o", ""},
		{"data.number", "data.none", "7", ""},
		{"data.kind.deeper", "data.order", "", ""},
		{"", "", "", ""},
	} {
		if got := ReadEvent([]byte(raw), Form{Key: c.key, Label: c.label}); got.Key != c.wantKey || got.Label != c.wantLabel {
			t.Errorf("%q and %q are read as %q and %q", c.key, c.label, got.Key, got.Label)
		}
	}
	binary := readBinary([]history.RecordHeader{{Name: "ce_id", Value: "1"}, {Name: "ce_subject", Value: "s"}}, []byte(`{"order":{"id":"o"}}`), Form{Key: "subject", Label: "data.order.id"})
	if binary.Key != "s" || binary.Label != "o" {
		t.Errorf("in the binary content mode: %+v", binary)
	}
	if dead := Forms(todo.Must())[todo.Must().DeadLetters(family.Topic).Name]; dead.Key != family.Key || dead.Family != "" {
		t.Errorf("dead letters: %+v", dead)
	}
}

// TestKeysAreBytes has keys that are no text (tchiotludo/akhq#1864).
func TestKeysAreBytes(t *testing.T) {
	key := func(b []byte) string {
		return captureOf(&sarama.ConsumerMessage{Topic: "x", Key: b, Value: []byte("{}")}, 1, nil, Form{}).Key
	}
	for _, pair := range [][2][]byte{
		{{0, 0, 0, 0x80}, {0, 0, 0, 0x81}}, {{0xff, 0xfe}, {0xff}}, {{0xde, 0xad, 0xbe, 0xef}, {0xca, 0xfe, 0xba, 0xbe}}, {nil, {}},
	} {
		if key(pair[0]) == key(pair[1]) {
			t.Errorf("%v and %v are both recorded as %q", pair[0], pair[1], key(pair[0]))
		}
	}
	if key([]byte("text")) != "text" {
		t.Error("text is not recorded as it is")
	}
}

// TestTheContentModeIsRecorded reads events of each mode (dapr/dapr#4588,
// knative-extensions/eventing-kafka-broker#1460).
func TestTheContentModeIsRecorded(t *testing.T) {
	const id = "0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c10"
	structured := string(todo.Must().Schemas.Examples(family.Family)[0].Raw)
	complete := ReadEvent([]byte(structured), form).ID
	attributes := []string{"ce_id", id, "ce_type", family.Types[0], "ce_specversion", "1.0"}
	for name, c := range map[string]struct {
		headers  []string
		value    string
		id, mode string
		invalid  string // a word of the objection
	}{
		"structured without headers":    {nil, structured, complete, "", ""},
		"structured, with its type":     {[]string{"content-type", "application/cloudevents+json; charset=UTF-8"}, structured, complete, "", ""},
		"structured, attributes beside": {append([]string{"content-type", "application/cloudevents+json"}, attributes...), structured, complete, "", ""},
		"binary":                        {append([]string{"content-type", "application/json"}, attributes...), `{"id":"T"}`, id, history.BinaryMode, "binary"},
		"binary, in upper case":         {[]string{"CE_ID", strings.ToUpper(id), "ce_type", family.Types[0]}, `{}`, id, history.BinaryMode, "binary"},
		"binary without data":           {attributes, "", id, history.BinaryMode, "binary"},
		"a batch":                       {[]string{"Content-Type", "application/cloudevents-batch+json"}, "[]", "", history.BatchedMode, "batched"},
		"headers of something else":     {[]string{"traceparent", "00-x"}, structured, complete, "", ""},
	} {
		message := &sarama.ConsumerMessage{Topic: family.Topic, Value: []byte(c.value)}
		for i := 0; i < len(c.headers); i += 2 {
			message.Headers = append(message.Headers, &sarama.RecordHeader{Key: []byte(c.headers[i]), Value: []byte(c.headers[i+1])})
		}
		got := captureOf(message, 1, todo.Must().Schemas, form)
		if got.ID != c.id || got.Mode != c.mode || (got.Invalid == "") != (c.invalid == "") || !strings.Contains(got.Invalid, c.invalid) {
			t.Errorf("%s: id %q, mode %q, objection %q", name, got.ID, got.Mode, got.Invalid)
		}
		if len(got.Record.Headers) != len(c.headers)/2 {
			t.Errorf("%s: headers %+v", name, got.Record.Headers)
		}
	}
}

// TestIDsAreInLowerCase reads an event whose UUIDs are in upper case
// (aws-amplify/amplify-swift#343): the workloads keep them in lower case.
func TestIDsAreInLowerCase(t *testing.T) {
	raw := string(todo.Must().Schemas.Examples(family.Family)[0].Raw)
	want := ReadEvent([]byte(raw), form)
	upper := strings.NewReplacer(want.ID, strings.ToUpper(want.ID), want.Key, strings.ToUpper(want.Key)).Replace(raw)
	if got := ReadEvent([]byte(upper), form); got != want || want.ID == "" || want.Key == "" {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := ReadEvent([]byte(`{"id":"Not-A-UUID"}`), form).ID; got != "Not-A-UUID" {
		t.Errorf("an id that is no UUID became %q", got)
	}
}

func TestARecordWithoutAStampIsRecordedAsSuch(t *testing.T) {
	if c := captureOf(&sarama.ConsumerMessage{Topic: "x"}, 1, nil, Form{}); c.Stamp != -1 {
		t.Errorf("stamp %d", c.Stamp)
	}
	if c := captureOf(&sarama.ConsumerMessage{Topic: "x", Timestamp: time.UnixMilli(5)}, 1, nil, Form{}); c.Stamp != 5 {
		t.Errorf("stamp %d", c.Stamp)
	}
}

// FuzzRecords captures records whose value, key and header may be anything. What is
// written of one can be read again, different keys stay different, and an event that
// its schema accepts has an id.
func FuzzRecords(f *testing.F) {
	for _, name := range todo.Must().Schemas.Families() {
		for _, e := range todo.Must().Schemas.Examples(name) {
			f.Add(e.Raw, []byte("key"), []byte("other"), "content-type", []byte("application/cloudevents+json"))
		}
	}
	f.Add([]byte(`{"id":"t"}`), []byte{0, 0, 0, 0x80}, []byte{0, 0, 0, 0x81}, "ce_id", []byte("0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c10"))
	f.Add([]byte(nil), []byte("hex:ff"), []byte{0xff}, "traceparent", []byte("00-"))
	f.Add([]byte("null"), []byte(nil), []byte{}, "CE_ID", []byte{0xff})
	f.Fuzz(func(t *testing.T, value, key, other []byte, name string, header []byte) {
		message := func(key []byte) *sarama.ConsumerMessage {
			return &sarama.ConsumerMessage{Topic: family.Topic, Key: key, Value: value, Headers: []*sarama.RecordHeader{{Key: []byte(name), Value: header}}}
		}
		c := captureOf(message(key), 1, todo.Must().Schemas, form)
		if c.Invalid == "" && (c.ID == "" || c.Type == "" || c.EventKey == "") {
			t.Errorf("a valid event without an identity: %+v", c.Record)
		}
		same := string(key) == string(other) && (key == nil) == (other == nil)
		if d := captureOf(message(other), 1, todo.Must().Schemas, form); (c.Key == d.Key) != same {
			t.Errorf("keys %q and %q are %q and %q", key, other, c.Key, d.Key)
		}
		h := &history.History{}
		if err := h.Write(c.Record); err != nil {
			t.Error(err)
		}
	})
}
