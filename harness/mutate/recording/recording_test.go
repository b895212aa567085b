package recording

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec/todo"
)

// seen is what the test's experiment keeps beside its history.
type seen struct {
	Answers []answer          `json:"answers"`
	Script  map[string]answer `json:"script"`
	Update  struct {
		From history.Nanos `json:"from"`
		To   history.Nanos `json:"to"`
	} `json:"update"`
}

type answer struct {
	Task   string `json:"task"`
	Status int    `json:"status"`
}

// saveSeen keeps an experiment: three task events of the platform's, one that was
// published past the API, and bytes that are no event.
func saveSeen(t *testing.T) string {
	t.Helper()
	h := &history.History{
		Header:     history.Header{Version: history.Version, Run: "r", Experiment: "eventing", Base: time.Now().UTC().Round(0)},
		Requests:   []history.Request{{Start: 5, End: 6, Method: http.MethodGet, Result: history.Accepted}, {Start: 50, End: 60, Method: http.MethodGet, Result: history.Accepted}},
		Bounds:     []history.Bounds{{Topic: "task-events", Next: 5, Seen: history.Nanos(time.Minute)}, {Topic: "task-events", Partition: 1, Seen: history.Nanos(time.Minute)}},
		Faults:     []history.Fault{{Name: "broker-pod-kill", Proof: "gone"}},
		Holes:      []history.Hole{{Topic: "task-events", From: 5, To: 6, Why: history.Marker}},
		Groups:     []history.Group{{Group: "audit-worker", State: "Stable", Generation: 1}},
		Moves:      []history.Move{{Group: "audit-worker", Topic: "task-events", From: 1, To: 3}},
		Clocks:     []history.ClockPair{{Wall: 7}},
		KubeEvents: []history.KubeEvent{{Object: "Pod todo-app/audit-worker", Reason: "BackOff"}},
	}
	var captures []observe.Capture
	for i := range 5 {
		raw := eventOf(t, fmt.Sprintf("00000000-0000-4000-8000-00000000000%d", i))
		if i == 4 {
			raw = []byte("no event")
		}
		c := observe.Capture{Raw: raw, Record: history.Record{Topic: "task-events", Offset: int64(i), Seen: history.Nanos(i + 1)}}
		c.Read(todo.Must().Schemas, observe.Forms(todo.Must())["task-events"])
		captures = append(captures, c)
		h.Records = append(h.Records, c.Record)
	}
	h.Publishes = []history.Publish{{Topic: "task-events", ID: captures[3].ID, SHA256: captures[3].SHA256, Result: history.Accepted}}
	dir := filepath.Join(t.TempDir(), "eventing")
	if err := h.Save(dir); err != nil {
		t.Fatal(err)
	}
	before := seen{Answers: []answer{{"a", 201}, {"b", 201}}, Script: map[string]answer{"poison": {"p", 500}, "healing": {"h", 200}}}
	before.Update.From, before.Update.To = 40, 70
	if err := recordings.Save(dir, captures, before); err != nil {
		t.Fatal(err)
	}
	return dir
}

// eventOf is a valid task event with an id.
func eventOf(t *testing.T, id string) []byte {
	t.Helper()
	var event map[string]any
	if err := json.Unmarshal(todo.Must().Schemas.Examples("task-event")[0].Raw, &event); err != nil {
		t.Fatal(err)
	}
	event["id"] = id
	raw, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// changed is the experiment after a step, read back from its copy.
func changed(t *testing.T, step mutants.Recording) (*history.History, []observe.Capture, seen) {
	t.Helper()
	replica, err := Open(todo.Must(), saveSeen(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := replica.Change(step); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "changed")
	if err := replica.Save(dir); err != nil {
		t.Fatal(err)
	}
	var before seen
	captures, err := recordings.Open(dir, &before)
	if err != nil {
		t.Fatal(err)
	}
	h, err := history.Open(dir)
	if err != nil || len(h.Damage) > 0 {
		t.Fatalf("%v %v", err, h.Damage)
	}
	if len(captures) != len(h.Records) {
		t.Fatalf("%d captures, %d records", len(captures), len(h.Records))
	}
	for i, c := range captures {
		if !reflect.DeepEqual(c.Record, h.Records[i]) {
			t.Errorf("capture %d is of another record: %+v, %+v", i, c.Record, h.Records[i])
		}
		digest := c
		if digest.Read(nil, observe.Form{}); digest.SHA256 != c.SHA256 || digest.Size != c.Size {
			t.Errorf("capture %d has another digest than its bytes", i)
		}
	}
	return h, captures, before
}

func replace(path string, value any) []map[string]any {
	return []map[string]any{{"op": "replace", "path": path, "value": value}}
}

func TestAnEventIsChangedWithItsRecord(t *testing.T) {
	h, captures, _ := changed(t, mutants.Recording{List: "events", Seed: 1, JSON: replace("/event/data/priority", "urgent")})
	if got := h.Records[1]; !strings.Contains(got.Invalid, "priority") || !strings.Contains(string(captures[1].Raw), "urgent") {
		t.Errorf("%+v %s", got, captures[1].Raw)
	}
	for _, i := range []int{0, 2, 3} {
		if h.Records[i].Invalid != "" {
			t.Errorf("record %d changed too: %s", i, h.Records[i].Invalid)
		}
	}
}

func TestTheSuitesOwnEventsAreNotThePlatforms(t *testing.T) {
	h, _, _ := changed(t, mutants.Recording{List: "events", Where: map[string]any{"event/specversion": "1.0"}, All: true, JSON: replace("/event/source", "nobody")})
	for i, r := range h.Records[:4] {
		if ours := i == 3; (r.Invalid == "") != ours {
			t.Errorf("record %d: %q", i, r.Invalid)
		}
	}
}

func TestARecordIsTakenAway(t *testing.T) {
	h, captures, _ := changed(t, mutants.Recording{List: "captures", Where: map[string]any{"id": nil}, Remove: true})
	if len(h.Records) != 4 || h.Bounds[0].Next != 4 || string(captures[3].Raw) == "no event" {
		t.Errorf("%+v %+v", h.Records, h.Bounds)
	}
	h, _, _ = changed(t, mutants.Recording{List: "events", Remove: true})
	if len(h.Records) != 4 || h.Records[0].Offset != 0 || !strings.HasSuffix(h.Records[0].ID, "1") {
		t.Errorf("what came behind it did not move up: %+v", h.Records)
	}
}

func TestARecordIsThereTwice(t *testing.T) {
	h, _, _ := changed(t, mutants.Recording{List: "events", Repeat: true})
	if len(h.Records) != 6 || h.Records[5].ID != h.Records[0].ID || h.Records[5].Offset != 5 || h.Bounds[0].Next != 6 {
		t.Errorf("%+v %+v", h.Records, h.Bounds)
	}
}

func TestARecordIsMovedToAnotherPartition(t *testing.T) {
	h, _, _ := changed(t, mutants.Recording{List: "events", JSON: replace("/partition", 1)})
	last := h.Records[len(h.Records)-1]
	if len(h.Records) != 5 || last.Partition != 1 || last.Offset != 0 || h.Bounds[0].Next != 4 || h.Bounds[1].Next != 1 {
		t.Errorf("%+v %+v", h.Records, h.Bounds)
	}
}

func TestEntriesOfTheHistoryAreChanged(t *testing.T) {
	h, _, _ := changed(t, mutants.Recording{List: "history/requests", During: "update", JSON: replace("/method", http.MethodPut)})
	if h.Requests[0].Method != http.MethodGet || h.Requests[1].Method != http.MethodPut {
		t.Errorf("%+v", h.Requests)
	}
	h, _, _ = changed(t, mutants.Recording{List: "history/requests", Seed: -1, Remove: true})
	if len(h.Requests) != 1 || h.Requests[0].Start != 5 {
		t.Errorf("%+v", h.Requests)
	}
}

func TestEntriesOfEveryKindButRecordsAreChanged(t *testing.T) {
	for _, step := range []mutants.Recording{
		{List: "history/holes", JSON: replace("/why", "aborted")},
		{List: "history/groups", JSON: replace("/state", "Empty")},
		{List: "history/moves", JSON: replace("/to", 4)},
		{List: "history/clocks", JSON: replace("/wall", 8)},
		{List: "history/events", JSON: replace("/reason", "Killing")},
	} {
		h, _, _ := changed(t, step)
		clean, err := history.Open(saveSeen(t))
		if err != nil {
			t.Fatal(err)
		}
		clean.Header.Base = h.Header.Base
		if reflect.DeepEqual(h, clean) {
			t.Errorf("%s is as it was", step.List)
		}
	}
	replica, err := Open(todo.Must(), saveSeen(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := replica.Change(mutants.Recording{List: "history/records", Remove: true}); err == nil {
		t.Error("records were changed without their bytes")
	}
}

func TestWhatWasSeenBesideIsChanged(t *testing.T) {
	_, _, before := changed(t, mutants.Recording{List: "seen/answers", Where: map[string]any{"task": "b"}, JSON: replace("/status", 500)})
	if before.Answers[0].Status != 201 || before.Answers[1].Status != 500 {
		t.Errorf("%+v", before)
	}
	_, _, before = changed(t, mutants.Recording{List: "seen/script", Where: map[string]any{"task": "p"}, JSON: replace("/status", 200)})
	if before.Script["poison"].Status != 200 || before.Script["healing"].Task != "h" {
		t.Errorf("%+v", before)
	}
}

func TestAnAnomalyIsInjected(t *testing.T) {
	h, _, _ := changed(t, mutants.Recording{Inject: "unproven-fault"})
	if h.Faults[0].Proof != "" {
		t.Errorf("%+v", h.Faults)
	}
}

func TestWhatIsNotThereCannotBeChanged(t *testing.T) {
	replica, err := Open(todo.Must(), saveSeen(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		step mutants.Recording
		want string
	}{
		{"no such entry", mutants.Recording{List: "events", Where: map[string]any{"topic": "reminders"}, Remove: true}, "no entry"},
		{"no such list", mutants.Recording{List: "guesses", Remove: true}, "no list"},
		{"no such kind", mutants.Recording{List: "history/guesses", Remove: true}, "not changed one by one"},
		{"nothing kept", mutants.Recording{List: "seen/guesses", Remove: true}, "nothing was saved"},
		{"no such anomaly", mutants.Recording{Inject: "bad-luck"}, "no anomaly"},
		{"no such window", mutants.Recording{List: "history/requests", During: "night", Remove: true}, "window"},
		{"an event as it is", mutants.Recording{List: "events", JSON: replace("/event/specversion", "1.0")}, "changes nothing"},
		{"entries as they are", mutants.Recording{List: "history/requests", All: true, JSON: replace("/method", http.MethodGet)}, "changes nothing"},
		{"no entry any more", mutants.Recording{List: "history/requests", JSON: []map[string]any{{"op": "add", "path": "/colour", "value": "red"}}}, "no entry any more"},
	} {
		if err := replica.Change(c.step); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
