// Package task is the backend's domain: what a task is, what a client may say
// about it, and which events a change causes.
package task

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assay.dev/assay/workloads/internal/events"
)

// Task is the API's representation: the members of a task event's data and
// what the platform's other services need not know.
type Task struct {
	events.Task
	// RemindAt is when the user wants a reminder besides the due date.
	RemindAt  *time.Time `json:"remind_at"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
}

// Fields is what a client decides about a task.
type Fields struct {
	Title             string
	Completed         bool
	Priority          string
	DueDate           *time.Time
	RecurrencePattern *string
	Tags              []string
	RemindAt          *time.Time
}

// Fields returns the task's client-decided part.
func (t Task) Fields() Fields {
	return Fields{
		Title: t.Title, Completed: t.Completed, Priority: t.Priority, DueDate: t.DueDate,
		RecurrencePattern: t.RecurrencePattern, Tags: t.Tags, RemindAt: t.RemindAt,
	}
}

// New makes a task of the user. Its id is a version 7 UUID, so that ids sort
// by age.
func New(userID string, f Fields, now time.Time) (Task, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Task{}, fmt.Errorf("make a task id: %w", err)
	}
	t := Task{Task: events.Task{TaskID: id.String(), UserID: userID}, CreatedAt: now.UTC()}
	return t.With(f, now), nil
}

// With returns the task with other fields, as of now.
func (t Task) With(f Fields, now time.Time) Task {
	t.Title, t.Completed, t.Priority = f.Title, f.Completed, f.Priority
	t.DueDate, t.RecurrencePattern, t.Tags, t.RemindAt = f.DueDate, f.RecurrencePattern, f.Tags, f.RemindAt
	t.UpdatedAt = now.UTC()
	return t
}

// Outgoing is one event that a change causes.
type Outgoing struct {
	ID    string
	Topic string
	Event []byte
}

// Events returns what a change from before to after causes, in the order of
// publishing: the task event, reminders, the update for browsers. before is
// nil for a new task, after for a deleted one. names are those of the events; eventID becomes the id of the
// task event; the others get their own. All carry the trace.
func Events(names events.Names, before, after *Task, eventID string, now time.Time, trace events.Trace) ([]Outgoing, error) {
	subject := after
	if after == nil {
		subject = before
	}
	change, action := kind(before, after)
	// The snapshot is the task as task events describe it; a browser needs no
	// more, and its age is the event's time.
	snapshot, err := json.Marshal(subject.Task)
	if err != nil {
		return nil, fmt.Errorf("encode task %s: %w", subject.TaskID, err)
	}

	list := &outgoing{trace: trace}
	add(list, names.Change.Topic, names.NewTask(change, eventID, now, subject.Task))
	if after != nil && !after.Completed {
		for _, r := range reminders(before, after) {
			add(list, names.Reminder.Topic, names.NewReminder(uuid.NewString(), now, r))
		}
	}
	add(list, names.Sync.Topic, names.NewSync(uuid.NewString(), now, events.Sync{
		TaskID: subject.TaskID, UserID: subject.UserID, Action: action, TaskSnapshot: snapshot,
	}))
	return list.events, list.err
}

// outgoing collects encoded events and the first error.
type outgoing struct {
	trace  events.Trace
	events []Outgoing
	err    error
}

func add[T any](list *outgoing, topic string, event events.Envelope[T]) {
	event.Trace = list.trace
	raw, err := event.Marshal()
	if err != nil && list.err == nil {
		list.err = err
	}
	list.events = append(list.events, Outgoing{ID: event.ID, Topic: topic, Event: raw})
}

// kind names a change: completing is the step from open to completed, any
// other change of an existing task is an update.
func kind(before, after *Task) (change events.Kind, action string) {
	switch {
	case before == nil:
		return events.Created, events.ActionCreate
	case after == nil:
		return events.Deleted, events.ActionDelete
	case after.Completed && !before.Completed:
		return events.Completed, events.ActionComplete
	}
	return events.Updated, events.ActionUpdate
}

// reminders returns a reminder for the due date and for the user's own time,
// each when it is new or has changed.
func reminders(before, after *Task) []events.Reminder {
	var list []events.Reminder
	add := func(was, is *time.Time, reminderType string) {
		if is == nil || (was != nil && was.Equal(*is)) {
			return
		}
		list = append(list, events.Reminder{
			TaskID: after.TaskID, UserID: after.UserID, ScheduledTime: *is, ReminderType: reminderType,
		})
	}
	var old Task
	if before != nil {
		old = *before
	}
	add(old.DueDate, after.DueDate, events.ReminderDueDate)
	add(old.RemindAt, after.RemindAt, events.ReminderCustom)
	return list
}
