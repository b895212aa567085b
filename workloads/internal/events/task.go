package events

import (
	"time"

	"assay.dev/assay/workloads/internal/strictjson"
)

// Priorities of a task.
const (
	PriorityLow    = "low"
	PriorityMedium = "medium"
	PriorityHigh   = "high"
)

// Task is the data of a task event: the whole task after the change, or before
// it for a deleted one. Times are in UTC; a nil DueDate or RecurrencePattern is
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

// NewTask makes a task event of the given kind.
func (n Names) NewTask(kind Kind, id string, at time.Time, task Task) Envelope[Task] {
	return Envelope[Task]{
		SpecVersion: SpecVersion, Type: n.Change.Types[kind], Source: n.Change.Source, ID: id, Time: at.UTC(),
		DataContentType: dataContentType, Data: task,
	}
}

// ParseTask checks raw against the schema of task events. The error wraps
// strictjson.ErrSyntax or is a *strictjson.InvalidError.
func (n Names) ParseTask(raw []byte) (Envelope[Task], error) {
	return parse(raw, n.Change, true, func(d *strictjson.Object) Task {
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
