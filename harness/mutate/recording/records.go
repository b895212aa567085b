package recording

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge/anomaly"
	"assay.dev/assay/harness/record/observe"
)

// shown is a record as mutants see it: with its event decoded, or with its bytes as
// a text if they are no JSON.
type shown struct {
	history.Record
	Event json.RawMessage `json:"event,omitempty"`
	Text  *string         `json:"text,omitempty"`
}

// show shows a record.
func (r *Recording) show(record history.Record) shown {
	raw := r.raws[record.SHA256].Raw
	if json.Valid(raw) {
		return shown{Record: record, Event: raw}
	}
	text := string(raw)
	return shown{Record: record, Text: &text}
}

// bytes are what was published of a record that is shown.
func (s shown) bytes() ([]byte, error) {
	if s.Text != nil {
		return []byte(*s.Text), nil
	}
	var compact bytes.Buffer
	err := json.Compact(&compact, s.Event)
	return compact.Bytes(), err
}

// records changes records: those that the platform itself published, or all.
func (r *Recording) records(own bool, pick picker) error {
	if r.raws == nil {
		return fmt.Errorf("no bytes were saved")
	}
	var places []int
	var list []json.RawMessage
	ours := r.pastTheAPI()
	for i, record := range r.history.Records {
		if own && (r.family(record.Topic) == "" || ours[record.Topic+"/"+record.ID] || ours[record.SHA256]) {
			continue
		}
		raw, err := json.Marshal(r.show(record))
		if err != nil {
			return err
		}
		places, list = append(places, i), append(list, raw)
	}
	chosen, err := pick.choose(list)
	if err != nil {
		return err
	}
	// From the last on, so that what is taken away moves nothing that is still to come.
	for _, n := range slices.Backward(chosen) {
		if err := r.record(places[n], list[n], pick); err != nil {
			return err
		}
	}
	return nil
}

// record changes one record.
func (r *Recording) record(place int, entry json.RawMessage, pick picker) error {
	if pick.step.Remove {
		anomaly.Erase(r.history, place)
		return nil
	}
	raw, err := pick.patch(entry)
	if err != nil {
		return err
	}
	var now shown
	if err := strict(raw, &now); err != nil {
		return err
	}
	before := r.history.Records[place]
	capture := observe.Capture{Record: now.Record, Headers: r.raws[before.SHA256].Headers}
	if capture.Raw, err = now.bytes(); err != nil {
		return err
	}
	capture.Read(r.spec.Schemas, observe.Forms(r.spec)[now.Topic])
	r.raws[capture.SHA256] = capture
	switch {
	case pick.step.Repeat:
		anomaly.Append(r.history, r.rules, capture.Record)
	case now.Topic != before.Topic || now.Partition != before.Partition:
		anomaly.Erase(r.history, place)
		anomaly.Append(r.history, r.rules, capture.Record)
	default:
		r.history.Records[place] = capture.Record
	}
	return nil
}

// pastTheAPI names the events that the suite itself published, by topic and ID and
// by their bytes.
func (r *Recording) pastTheAPI() map[string]bool {
	ours := map[string]bool{}
	for _, a := range r.history.Publishes {
		ours[a.Topic+"/"+a.ID] = a.ID != ""
		ours[a.SHA256] = a.SHA256 != ""
	}
	return ours
}

// family is the family of events that a topic is for, empty for none.
func (r *Recording) family(topic string) string {
	for _, f := range r.spec.Events {
		if f.Topic == topic {
			return f.Family
		}
	}
	return ""
}
