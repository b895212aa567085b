package events

import (
	"time"

	"assay.dev/assay/workloads/internal/strictjson"
)

// Types of task events.
const (
	TaskCreated   = "task.created"
	TaskUpdated   = "task.updated"
	TaskCompleted = "task.completed"
	TaskDeleted   = "task.deleted"
)

// Priorities of a task.
const (
	PriorityLow    = "low"
	PriorityMedium = "medium"
	PriorityHigh   = "high"
)

// Task is the data of a task event: the whole task after the change, or before
// it for task.deleted. Times are in UTC; a nil DueDate or RecurrencePattern is
// null on the wire; Tags is never nil.
type Task struct {
	TaskID            string     `json:"task_id"`
	UserID            string     `json:"user_id"`
	Title             string     `json:"title"`
	Completed         bool       `json:"completed"`
	Priority          string     `json:"priority"`
	DueDate           *time.Time `json:"due_date"`
	RecurrencePattern *string    `json:"recurrence_pattern"`
	Tags              []string   `json:"tags"`
}

// NewTask makes a task event of the given type.
func NewTask(eventType, id string, at time.Time, task Task) Envelope[Task] {
	return Envelope[Task]{
		SpecVersion: SpecVersion, Type: eventType, Source: Source, ID: id, Time: at.UTC(),
		DataContentType: dataContentType, Data: task,
	}
}

// ParseTask checks raw against the schema of task events. The error wraps
// strictjson.ErrSyntax or is a *strictjson.InvalidError.
func ParseTask(raw []byte) (Envelope[Task], error) {
	types := []string{TaskCreated, TaskUpdated, TaskCompleted, TaskDeleted}
	return parse(raw, types, true, func(d *strictjson.Object) Task {
		return Task{
			TaskID:            d.UUID("task_id"),
			UserID:            d.UUID("user_id"),
			Title:             d.String("title"),
			Completed:         d.Bool("completed"),
			Priority:          d.Enum("priority", PriorityLow, PriorityMedium, PriorityHigh),
			DueDate:           d.NullableTime("due_date"),
			RecurrencePattern: d.NullableString("recurrence_pattern"),
			Tags:              d.Strings("tags"),
		}
	})
}
