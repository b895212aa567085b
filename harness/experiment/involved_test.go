package experiment

import (
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge/orders"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/traffic"
)

func TestPoisonedRecordsAreMarked(t *testing.T) {
	events := poison("reminders", "key", []fault.Record{
		{What: "a tombstone"}, {What: "null", Value: []byte("null"), Headers: []fault.RecordHeader{{Name: "traceparent", Value: "none"}}},
	})
	if len(events) != 2 || events[0].Raw != nil || string(events[1].Raw) != "null" || len(events[1].Headers) != 2 {
		t.Fatalf("%+v", events)
	}
	for _, e := range events {
		if string(e.Headers[0].Key) != fault.MarkHeader || e.Expect != "poisoned" || e.ID != "" || e.Key != "key" {
			t.Errorf("%+v", e)
		}
	}
}

func TestRecordsThatDoNotLieTogetherAreNoRun(t *testing.T) {
	at := func(result history.Result, partition int32, offset int64) history.Publish {
		return history.Publish{Topic: "reminders", Result: result, Partition: partition, Offset: offset}
	}
	ok := history.Accepted
	for _, c := range []struct {
		name    string
		answers []history.Publish
		want    string
	}{
		{"together", []history.Publish{at(ok, 1, 5), at(ok, 1, 6)}, ""},
		{"another lies between them", []history.Publish{at(ok, 1, 5), at(ok, 1, 7)}, "offset 7"},
		{"in two partitions", []history.Publish{at(ok, 1, 5), at(ok, 2, 6)}, "reminders/2"},
		{"not accepted", []history.Publish{at(ok, 1, 5), at(history.Unknown, -1, -1)}, "not accepted"},
		{"none", nil, "no records"},
	} {
		partition, first, err := oneBehindTheOther(c.answers)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil && (partition != 1 || first != 5) {
			t.Errorf("%s: at %d/%d", c.name, partition, first)
		}
	}
}

// TestTheScheduledEventOfAnObjectIsFound looks for what a load schedules, and at a load
// that schedules nothing.
func TestTheScheduledEventOfAnObjectIsFound(t *testing.T) {
	live := &Live{Spec: orders.Must(), Profile: traffic.WithFault(orders.Must(), 1)}
	request, expected, err := live.scheduling()
	if err != nil || request.Name != "place" || expected.Name != "slots" {
		t.Fatalf("%s, %s: %v", request.Name, expected.Name, err)
	}
	record := func(topic, key, label, id string) observe.Capture {
		return observe.Capture{Record: history.Record{Topic: topic, EventKey: key, Type: expected.Type, Label: label, ID: id}}
	}
	captures := []observe.Capture{
		record("orders", "a", "scheduled", "1"), record("shipments", "b", "scheduled", "2"),
		record("shipments", "a", "outbound", "3"), record("shipments", "a", "scheduled", "4"),
	}
	if got := scheduledFor(captures, "shipments", expected, "a"); got != "4" {
		t.Errorf("%q", got)
	}
	if got := scheduledFor(captures, "shipments", expected, "c"); got != "" {
		t.Errorf("%q", got)
	}
	if _, err := (&Live{Spec: orders.Must()}).Schedule(t.Context(), time.Now()); err == nil {
		t.Error("a load without requests schedules an effect")
	}
}
