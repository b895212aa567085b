// Package remind delivers reminders at their time. Delivering means recording
// a notification in the state store, where it can be read by HTTP; sending it
// somewhere is beyond the specification.
//
// A reminder's record and its place in the schedule are written in one
// transaction before the event is acknowledged, so no crash loses it. The
// schedule is one document per minute that has reminders (a bucket) and a
// cursor, the first minute that may still have some: after any downtime the
// worker reads the minutes from the cursor to now.
//
// Dapr's Jobs API would keep the schedule too, but in another store: the
// record and the job could not be written together, and pending jobs would
// live in the scheduler's memory, inside its namespace's small quota.
package remind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/events"
)

// attempts bounds the repeats of a write that meets conflicts.
const attempts = 5

// States of a notification.
const (
	Scheduled = "scheduled"
	Delivered = "delivered"
)

// Notification is the record of one reminder event.
type Notification struct {
	EventID       string    `json:"event_id"`
	TaskID        string    `json:"task_id"`
	UserID        string    `json:"user_id"`
	ReminderType  string    `json:"reminder_type"`
	ScheduledTime time.Time `json:"scheduled_time"`
	ReceivedAt    time.Time `json:"received_at"`
	Status        string    `json:"status"`
	// DeliveredAt is null until then.
	DeliveredAt *time.Time `json:"delivered_at"`
}

// bucket is the schedule of one minute: event id to scheduled time.
type bucket struct {
	Due map[string]time.Time `json:"due"`
}

// Reminders is the worker.
type Reminders struct {
	state dapr.State
	log   *slog.Logger
	now   func() time.Time

	mu sync.Mutex
	// pending holds what is due soon: of the buckets up to the next minute.
	pending map[string]time.Time

	lateness prometheus.Histogram
}

// New makes a worker; Run must run for reminders to be delivered on time.
func New(state dapr.State, log *slog.Logger, registry prometheus.Registerer, now func() time.Time) *Reminders {
	r := &Reminders{
		state: state, log: log, now: now, pending: map[string]time.Time{},
		lateness: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "notification_lateness_seconds",
			Help:    "How long after its scheduled time, or after its arrival when that was later, a reminder was delivered.",
			Buckets: []float64{.1, .5, 1, 2, 5, 10, 30, 60, 300, 3600},
		}),
	}
	registry.MustRegister(r.lateness)
	return r
}

func recordKey(eventID string) string { return "notification:" + eventID }

// minute numbers minutes since 1970.
func minute(t time.Time) int64 { return t.Unix() / 60 }

func bucketKey(m int64) string { return fmt.Sprintf("due:%d", m) }

// Handle records the reminder: as delivered when its time has come, else as
// scheduled and in the schedule.
func (r *Reminders) Handle(ctx context.Context, e events.Envelope[events.Reminder]) (consumer.Result, error) {
	due := bucketKey(minute(e.Data.ScheduledTime))
	for range attempts {
		items, err := r.state.Get(ctx, recordKey(e.ID), due, cursorKey)
		if err != nil {
			return "", err
		}
		if items[recordKey(e.ID)].Exists() {
			return consumer.Duplicate, nil
		}
		ops, delivered, err := r.plan(e, items[due])
		if err != nil {
			return "", err
		}
		if !delivered {
			back, err := cursorBack(items[cursorKey], minute(e.Data.ScheduledTime))
			if err != nil {
				return "", err
			}
			ops = append(ops, back...)
		}
		err = r.state.Transact(ctx, ops...)
		if err == nil {
			if delivered {
				r.lateness.Observe(0)
			} else {
				r.soon(e.ID, e.Data.ScheduledTime)
			}
			return consumer.Processed, nil
		}
		if !errors.Is(err, dapr.ErrConflict) {
			return "", err
		}
	}
	return "", fmt.Errorf("the schedule changed %d times meanwhile", attempts)
}

// plan returns the writes for a new reminder.
func (r *Reminders) plan(e events.Envelope[events.Reminder], due dapr.Item) (ops []dapr.Op, delivered bool, err error) {
	now := r.now().UTC()
	n := Notification{
		EventID: e.ID, TaskID: e.Data.TaskID, UserID: e.Data.UserID, ReminderType: e.Data.ReminderType,
		ScheduledTime: e.Data.ScheduledTime, ReceivedAt: now, Status: Scheduled,
	}
	if !n.ScheduledTime.After(now) {
		n.Status, n.DeliveredAt = Delivered, &now
		record, err := put(recordKey(e.ID), "", n)
		return []dapr.Op{record}, true, err
	}
	record, errRecord := put(recordKey(e.ID), "", n)
	b, errBucket := readBucket(due)
	b.Due[e.ID] = n.ScheduledTime
	place, errPlace := put(bucketKey(minute(n.ScheduledTime)), due.ETag, b)
	return []dapr.Op{record, place}, false, errors.Join(errRecord, errBucket, errPlace)
}

// soon remembers a reminder that becomes due before the next scan finds it.
func (r *Reminders) soon(id string, at time.Time) {
	if minute(at) > minute(r.now())+1 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending[id] = at
}

// put makes the write of a JSON value.
func put(key, etag string, value any) (dapr.Op, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		// A time beyond year 9999 cannot be written, today or later.
		return dapr.Op{}, fmt.Errorf("%w: encode %s: %w", consumer.ErrDrop, key, err)
	}
	return dapr.Op{Key: key, ETag: etag, Value: raw}, nil
}

// readBucket decodes a bucket; Due is never nil.
func readBucket(item dapr.Item) (bucket, error) {
	b := bucket{Due: map[string]time.Time{}}
	if !item.Exists() {
		return b, nil
	}
	if err := json.Unmarshal(item.Value, &b); err != nil {
		return b, fmt.Errorf("decode a bucket of the schedule: %w", err)
	}
	return b, nil
}
