// Package outbox makes sure that a stored change is announced: events are
// written in the same state transaction as the task (so neither exists without
// the other), published afterwards, and removed once the broker has
// acknowledged them. What a crash or an outage leaves behind is published
// later, by this process or by another, with the same event ids.
//
// Dapr's own outbox does not fit: it announces every transaction of a state
// store on one topic, and the specification has one store and three topics.
//
// Events wait in shards, documents of their own in the state store, chosen by
// the task's id: all events of a task are in one shard and leave it in order.
// One process at a time publishes a shard, the holder that its document names: the one
// that stored the first event, until none is left. It renews that while it works.
package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/dapr"
)

const (
	// Shards is how many documents hold waiting events. More of them let more
	// changes commit side by side; each costs one key in the sweep's read.
	Shards = 64
	// maxWaiting and maxBytes bound the events of one shard: during an outage of
	// the broker writes are refused before documents grow without end. A document
	// has to fit into one message to the sidecar, which takes 4 MiB.
	maxWaiting = 500
	maxBytes   = 2 << 20
)

// ErrFull says that too many events wait for the broker.
var ErrFull = errors.New("too many events wait to be published")

// Entry is one waiting event.
type Entry struct {
	ID     string            `json:"id"`
	TaskID string            `json:"task_id"`
	Topic  string            `json:"topic"`
	Event  json.RawMessage   `json:"event"`
	Trace  map[string]string `json:"trace,omitempty"`
	At     time.Time         `json:"at"`
}

// document is a shard's value.
type document struct {
	Entries []Entry `json:"entries"`
	// Holder is the process that publishes the entries, and Renewed when it last said so,
	// by its clock. Without entries there is none.
	Holder  string    `json:"holder,omitempty"`
	Renewed time.Time `json:"renewed,omitzero"`
}

// Box is the outbox of one process.
type Box struct {
	process   string // an ID that no other process has
	state     dapr.State
	publisher dapr.Publisher
	log       *slog.Logger
	now       func() time.Time

	// locks serialise this process's writes to a shard; without them its own
	// requests would conflict and repeat. ETags guard against other processes.
	locks [Shards]chan struct{}
	// draining lets one worker at a time publish a shard.
	draining [Shards]sync.Mutex
	wakes    *wakes
	sent     *idSet
	// seen are the times at which this process first saw what other holders wrote.
	seen *sightings

	published *prometheus.CounterVec
	waiting   prometheus.Gauge
}

// New makes a box; Run must run for events to leave it.
func New(state dapr.State, publisher dapr.Publisher, log *slog.Logger, registry prometheus.Registerer, now func() time.Time) *Box {
	b := &Box{
		process: uuid.NewString(), state: state, publisher: publisher, log: log, now: now,
		wakes: newWakes(), sent: newIDSet(), seen: newSightings(),
		published: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "outbox_publishes_total", Help: "Publish attempts by topic and result.",
		}, []string{"topic", "result"}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "outbox_waiting_events", Help: "Events that were not yet published at the last sweep.",
		}),
	}
	for i := range b.locks {
		b.locks[i] = make(chan struct{}, 1)
	}
	registry.MustRegister(b.published, b.waiting)
	return b
}

// Shard returns the shard of a task.
func Shard(taskID string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(taskID)) // a hash never fails
	return int(h.Sum32() % Shards)
}

// Key returns the state key of a shard.
func Key(shard int) string { return fmt.Sprintf("outbox:%02d", shard) }

// Lock takes the shard for a change; the caller must call the returned
// function. It fails when ctx ends first.
func (b *Box) Lock(ctx context.Context, shard int) (func(), error) {
	select {
	case b.locks[shard] <- struct{}{}:
		return func() { <-b.locks[shard] }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for outbox shard %d: %w", shard, ctx.Err())
	}
}

// Add returns the write that appends entries to the shard as it was read, for
// the caller's transaction. The error is ErrFull when too many wait.
func (b *Box) Add(shard int, item dapr.Item, entries []Entry) (dapr.Op, error) {
	doc, err := decode(shard, item)
	if err != nil {
		return dapr.Op{}, err
	}
	if len(doc.Entries)+len(entries) > maxWaiting {
		return dapr.Op{}, ErrFull
	}
	doc.Entries = append(doc.Entries, entries...)
	if doc.Holder == "" || doc.Holder == b.process {
		doc.Holder, doc.Renewed = b.process, b.now()
	}
	op, err := encode(shard, item.ETag, doc)
	if err == nil && len(op.Value) > maxBytes {
		return dapr.Op{}, ErrFull
	}
	return op, err
}

// Committed tells the box that the caller's transaction was applied.
func (b *Box) Committed(shard int) { b.wakes.wake(shard) }

func decode(shard int, item dapr.Item) (document, error) {
	var doc document
	if !item.Exists() {
		return doc, nil
	}
	if err := json.Unmarshal(item.Value, &doc); err != nil {
		return doc, fmt.Errorf("decode %s: %w", Key(shard), err)
	}
	return doc, nil
}

func encode(shard int, etag string, doc document) (dapr.Op, error) {
	value, err := json.Marshal(doc)
	if err != nil {
		return dapr.Op{}, fmt.Errorf("encode %s: %w", Key(shard), err)
	}
	return dapr.Op{Key: Key(shard), ETag: etag, Value: value}, nil
}
