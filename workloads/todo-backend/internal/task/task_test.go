package task

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/workloads/internal/events"
)

// eventID is what the tests give to the task event.
const eventID = "0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c10"

var trace = events.TraceOf(map[string]string{"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate": "vendor=1"})

// seen is what a test compares of an outgoing event.
type seen struct{ Topic, Type, Detail string }

func see(t *testing.T, list []Outgoing) []seen {
	t.Helper()
	out := make([]seen, len(list))
	for i, o := range list {
		var e struct {
			ID   string         `json:"id"`
			Type string         `json:"type"`
			Data map[string]any `json:"data"`
		}
		if err := json.Unmarshal(o.Event, &e); err != nil {
			t.Fatal(err)
		}
		if e.ID != o.ID {
			t.Errorf("event id %s is announced as %s", e.ID, o.ID)
		}
		out[i] = seen{o.Topic, e.Type, ""}
		for _, name := range []string{"reminder_type", "action"} {
			if value, ok := e.Data[name].(string); ok {
				out[i].Detail = value
			}
		}
	}
	return out
}

func TestEventsOfAChange(t *testing.T) {
	due, later := now.Add(time.Hour), now.Add(2*time.Hour)
	base, err := New(userID, Fields{Title: "Milk", Priority: "low", Tags: []string{}}, now)
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(*Fields)) *Task {
		f := base.Fields()
		change(&f)
		task := base.With(f, now)
		return &task
	}
	open := with(func(*Fields) {})
	dued := with(func(f *Fields) { f.DueDate = &due })
	both := with(func(f *Fields) { f.DueDate, f.RemindAt = &due, &later })
	done := with(func(f *Fields) { f.Completed = true })
	doneDued := with(func(f *Fields) { f.Completed, f.DueDate = true, &due })

	taskEvent := func(kind string) seen { return seen{"task-events", "task." + kind, ""} }
	sync := func(action string) seen { return seen{"task-updates", "task.sync", action} }
	dueReminder := seen{"reminders", "reminder.scheduled", "due_date"}
	custom := seen{"reminders", "reminder.scheduled", "custom"}
	for name, tc := range map[string]struct {
		before, after *Task
		want          []seen
	}{
		"create":                {nil, open, []seen{taskEvent("created"), sync("create")}},
		"create with due date":  {nil, dued, []seen{taskEvent("created"), dueReminder, sync("create")}},
		"create with both":      {nil, both, []seen{taskEvent("created"), dueReminder, custom, sync("create")}},
		"update":                {open, open, []seen{taskEvent("updated"), sync("update")}},
		"due date added":        {open, dued, []seen{taskEvent("updated"), dueReminder, sync("update")}},
		"due date kept":         {dued, dued, []seen{taskEvent("updated"), sync("update")}},
		"due date removed":      {dued, open, []seen{taskEvent("updated"), sync("update")}},
		"complete":              {open, done, []seen{taskEvent("completed"), sync("complete")}},
		"complete with new due": {open, doneDued, []seen{taskEvent("completed"), sync("complete")}},
		"complete again":        {done, done, []seen{taskEvent("updated"), sync("update")}},
		"reopen":                {done, open, []seen{taskEvent("updated"), sync("update")}},
		"delete":                {both, nil, []seen{taskEvent("deleted"), sync("delete")}},
	} {
		got, err := Events(events.Defaults(), tc.before, tc.after, eventID, now, trace)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tc.want, see(t, got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if got[0].ID != eventID {
			t.Errorf("%s: the task event has id %s", name, got[0].ID)
		}
		ids := map[string]bool{}
		for _, o := range got {
			ids[o.ID] = true
		}
		if len(ids) != len(got) {
			t.Errorf("%s: ids repeat: %v", name, ids)
		}
	}
}

func TestEventsPassTheConsumersChecks(t *testing.T) {
	due := now.Add(time.Hour)
	task, err := New(userID, Fields{Title: "Milk", Priority: "low", DueDate: &due, Tags: []string{"a"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	list, err := Events(events.Defaults(), nil, &task, eventID, now, trace)
	if err != nil {
		t.Fatal(err)
	}
	got, err := events.Defaults().ParseTask(list[0].Event)
	if err != nil {
		t.Fatal(err)
	}
	want := events.Defaults().NewTask(events.Created, eventID, now, task.Task)
	want.Trace = trace
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := events.Defaults().ParseReminder(list[1].Event); err != nil {
		t.Error(err)
	}
	sync, err := events.Defaults().ParseSync(list[2].Event)
	if err != nil {
		t.Fatal(err)
	}
	var snapshot events.Task
	if err := json.Unmarshal(sync.Data.TaskSnapshot, &snapshot); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(task.Task, snapshot); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
}
