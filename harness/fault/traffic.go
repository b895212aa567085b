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
	// Burst ends what is published past the API and makes objects as large as the API takes,
	// many side by side, until ctx ends. It returns how many were accepted.
	Burst(ctx context.Context) (accepted int64, err error)
	// Silence ends all traffic when everything that was started is answered.
	Silence() error
	// Schedule makes an object with an effect that is due at a moment, and returns its key.
	Schedule(ctx context.Context, at time.Time) (key string, err error)
	// Scheduled says how far the scheduled effect of an object is, empty as long as nobody
	// has taken it in, and whether it has happened.
	Scheduled(ctx context.Context, key string) (state string, done bool, err error)
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
