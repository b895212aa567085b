package events

import (
	"time"

	"assay.dev/assay/workloads/internal/strictjson"
)

// Kinds of reminders: at the task's due date, or at a time the user chose.
const (
	ReminderDueDate = "due_date"
	ReminderCustom  = "custom"
)

// Reminder is the data of a reminder event.
type Reminder struct {
	TaskID        string    `json:"task_id"`
	UserID        string    `json:"user_id"`
	ScheduledTime time.Time `json:"scheduled_time"`
	ReminderType  string    `json:"reminder_type"`
}

// NewReminder makes a reminder event. The specification lists no
// datacontenttype for it, and CloudEvents 1.0 reads its absence as JSON.
func (n Names) NewReminder(id string, at time.Time, reminder Reminder) Envelope[Reminder] {
	reminder.ScheduledTime = reminder.ScheduledTime.UTC()
	return Envelope[Reminder]{
		SpecVersion: SpecVersion, Type: n.Reminder.Types[0], Source: n.Reminder.Source, ID: id, Time: at.UTC(), Data: reminder,
	}
}

// ParseReminder checks raw against the schema of reminder events; errors are
// those of ParseTask.
func (n Names) ParseReminder(raw []byte) (Envelope[Reminder], error) {
	return parse(raw, n.Reminder, false, func(d *strictjson.Object) Reminder {
		return Reminder{
			TaskID:        d.UUID("task_id"),
			UserID:        d.UUID("user_id"),
			ScheduledTime: d.Time("scheduled_time"),
			ReminderType:  d.Enum("reminder_type", ReminderDueDate, ReminderCustom),
		}
	})
}
