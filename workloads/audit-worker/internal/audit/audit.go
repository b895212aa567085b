// Package audit keeps the audit trail: every task event as it was received,
// once, for ever. There is no way to change or delete an entry.
//
// An entry's key is the event's id. Each task has a counter and numbered keys
// that name its entries in the order of their arrival; all are written in one
// transaction, so no entry is missing from its task's trail, and a long trail
// costs no more to append to than a short one.
package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/events"
)

// attempts bounds the repeats of a write that meets conflicts.
const attempts = 5

// Entry is one line of the trail.
type Entry struct {
	EventID    string      `json:"event_id"`
	Type       string      `json:"type"`
	Time       time.Time   `json:"time"`
	ReceivedAt time.Time   `json:"received_at"`
	Data       events.Task `json:"data"`
}

// trail is a task's counter.
type trail struct {
	Count int `json:"count"`
}

// Log is the audit trail.
type Log struct {
	state dapr.State
	now   func() time.Time
}

// New makes a trail over the state store.
func New(state dapr.State, now func() time.Time) *Log { return &Log{state: state, now: now} }

func entryKey(id string) string     { return "event:" + id }
func trailKey(taskID string) string { return "trail:" + taskID }

// stepKey names the n-th entry of a task, counted from 0.
func stepKey(taskID string, n int) string { return "trail:" + taskID + ":" + strconv.Itoa(n) }

// Handle appends the event. The same event again is a duplicate; another event
// under a known id is dropped, for CloudEvents ids are unique per source and
// the first entry must stand.
func (l *Log) Handle(ctx context.Context, e events.Envelope[events.Task]) (consumer.Result, error) {
	entry := Entry{EventID: e.ID, Type: e.Type, Time: e.Time, ReceivedAt: l.now().UTC(), Data: e.Data}
	value, err := json.Marshal(entry)
	if err != nil {
		return "", fmt.Errorf("%w: encode the entry: %w", consumer.ErrDrop, err)
	}
	for range attempts {
		items, err := l.state.Get(ctx, entryKey(e.ID), trailKey(e.Data.TaskID))
		if err != nil {
			return "", err
		}
		if known := items[entryKey(e.ID)]; known.Exists() {
			return compare(known.Value, entry)
		}
		ops, err := step(items[trailKey(e.Data.TaskID)], entry)
		if err != nil {
			return "", err
		}
		err = l.state.Transact(ctx, append(ops, dapr.Op{Key: entryKey(e.ID), Value: value})...)
		if err == nil {
			return consumer.Processed, nil
		}
		if !errors.Is(err, dapr.ErrConflict) {
			return "", err
		}
	}
	return "", fmt.Errorf("the trail of task %s changed %d times meanwhile", e.Data.TaskID, attempts)
}

// compare tells a redelivery from another event with the same id.
func compare(stored []byte, entry Entry) (consumer.Result, error) {
	var known Entry
	if err := json.Unmarshal(stored, &known); err != nil {
		return "", fmt.Errorf("decode entry %s: %w", entry.EventID, err)
	}
	known.ReceivedAt = entry.ReceivedAt
	a, errA := json.Marshal(known)
	b, errB := json.Marshal(entry)
	if err := errors.Join(errA, errB); err != nil {
		return "", fmt.Errorf("compare entry %s: %w", entry.EventID, err)
	}
	if !bytes.Equal(a, b) {
		return "", fmt.Errorf("%w: its id belongs to another event", consumer.ErrDrop)
	}
	return consumer.Duplicate, nil
}

// readTrail decodes a task's counter.
func readTrail(item dapr.Item) (trail, error) {
	var t trail
	if !item.Exists() {
		return t, nil
	}
	if err := json.Unmarshal(item.Value, &t); err != nil {
		return t, fmt.Errorf("decode a trail: %w", err)
	}
	return t, nil
}

// step returns the writes that make the entry its task's next one.
func step(counter dapr.Item, entry Entry) ([]dapr.Op, error) {
	t, err := readTrail(counter)
	if err != nil {
		return nil, err
	}
	id, errID := json.Marshal(entry.EventID)
	next, errNext := json.Marshal(trail{Count: t.Count + 1})
	if err := errors.Join(errID, errNext); err != nil {
		return nil, fmt.Errorf("encode a trail: %w", err)
	}
	return []dapr.Op{
		{Key: trailKey(entry.Data.TaskID), ETag: counter.ETag, Value: next},
		{Key: stepKey(entry.Data.TaskID, t.Count), Value: id},
	}, nil
}
