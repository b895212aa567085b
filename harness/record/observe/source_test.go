package observe

import (
	"testing"

	"assay.dev/assay/harness/history"
)

func TestTheSourceOfAnEventIsRecorded(t *testing.T) {
	for _, c := range []struct {
		name    string
		raw     string
		headers []history.RecordHeader
		want    string
	}{
		{"structured", `{"id":"1","source":"todo-backend"}`, nil, "todo-backend"},
		{"binary", `{}`, []history.RecordHeader{{Name: "ce_id", Value: "1"}, {Name: "ce_source", Value: "assay"}}, "assay"},
		{"no string", `{"id":"1","source":7}`, nil, ""},
		{"no event", `{"source":"todo-backend"}`, nil, ""},
	} {
		capture := Capture{Raw: []byte(c.raw), Record: history.Record{Headers: c.headers}}
		if capture.Read(nil, Form{}); capture.Source != c.want {
			t.Errorf("%s: %q", c.name, capture.Source)
		}
	}
}
