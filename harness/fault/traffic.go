package fault

import (
	"context"
	"time"
)

// Traffic is the traffic of an experiment, for the faults that are a part of it. What
// goes through it is in the experiment's history.
type Traffic interface {
	// Poison writes records to a topic, one behind the other in one partition, and
	// returns where the first one is. Each record has the header MarkHeader.
	Poison(ctx context.Context, topic string, records []Record) (partition int32, first int64, err error)
	// Swell ends what is published past the API and makes tasks as large as the API takes,
	// many side by side, until ctx ends. It returns how many were accepted.
	Swell(ctx context.Context) (accepted int64, err error)
	// Silence ends all traffic when everything that was begun is answered.
	Silence() error
	// Remind makes a task with a reminder at a moment and returns its id.
	Remind(ctx context.Context, at time.Time) (task string, err error)
	// Reminded says what became of the reminder of a task, empty as long as nobody has
	// taken it in, and whether it was delivered.
	Reminded(ctx context.Context, task string) (state string, delivered bool, err error)
}

// Involved is a fault that takes part in the traffic. Involve is called before Prepare.
type Involved interface {
	Fault
	Involve(traffic Traffic)
}

// MarkHeader is the header by which records are known that a fault wrote.
const MarkHeader = "assay-poison"

// Record is a record as no client of the platform writes it.
type Record struct {
	// What it is, for people.
	What string
	// Value is nil for a tombstone, a record whose value is null.
	Value   []byte
	Headers []RecordHeader
}

// RecordHeader is a header of a record.
type RecordHeader struct{ Name, Value string }
