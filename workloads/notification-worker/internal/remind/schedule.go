package remind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"assay.dev/assay/workloads/internal/dapr"
)

const (
	// tickEvery is how often reminders in memory are checked, and so the usual
	// lateness; it costs no call.
	tickEvery = 500 * time.Millisecond
	// scanEvery is how often the schedule is read for what another replica
	// took in or left behind.
	scanEvery = 10 * time.Second
	// scanChunk is how many minutes one read covers when catching up.
	scanChunk = 200
	// closeAfter is how long after its end a minute is never written to any
	// more: a reminder for the past is delivered at once, and one that was in
	// the future when it was checked is written within the delivery's timeout
	// of a few seconds, far below this.
	closeAfter = time.Minute
	// batch is how many reminders one transaction delivers.
	batch = 20

	cursorKey = "schedule-cursor"
)

// cursor is the first minute that may have undelivered reminders.
type cursor struct {
	Minute int64 `json:"minute"`
}

// Run delivers due reminders until ctx ends.
func (r *Reminders) Run(ctx context.Context) {
	scan := time.NewTicker(scanEvery)
	defer scan.Stop()
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	r.logged(ctx, "scan the schedule", r.scan)
	for {
		select {
		case <-scan.C:
			r.logged(ctx, "scan the schedule", r.scan)
		case <-tick.C:
			r.logged(ctx, "deliver reminders", r.deliverDue)
		case <-ctx.Done():
			return
		}
	}
}

// logged runs one step; what fails is tried again at its next turn.
func (r *Reminders) logged(ctx context.Context, what string, step func(context.Context) error) {
	if err := step(ctx); err != nil && ctx.Err() == nil {
		r.log.Warn("cannot "+what+" now", slog.String("error", err.Error()))
	}
}

// readCursor decodes the cursor; without one it is the first open minute.
func readCursor(item dapr.Item, open int64) (cursor, error) {
	c := cursor{Minute: open}
	if !item.Exists() {
		return c, nil
	}
	if err := json.Unmarshal(item.Value, &c); err != nil {
		return c, fmt.Errorf("decode the schedule's cursor: %w", err)
	}
	return c, nil
}

// cursorBack returns the write that moves the cursor back to a minute that it has
// passed, none if it has not: a scan by a clock that was ahead moved it too far.
func cursorBack(item dapr.Item, m int64) ([]dapr.Op, error) {
	c, err := readCursor(item, m)
	if err != nil || c.Minute <= m {
		return nil, err
	}
	op, err := put(cursorKey, item.ETag, cursor{Minute: m})
	return []dapr.Op{op}, err
}

// scan reads the schedule from the cursor to the next minute into memory and
// moves the cursor over minutes that are closed and empty. A cursor that is beyond
// the closed minutes was moved by a clock that was ahead: it is moved back.
func (r *Reminders) scan(ctx context.Context) error {
	items, err := r.state.Get(ctx, cursorKey)
	if err != nil {
		return err
	}
	now := r.now()
	closed := minute(now.Add(-closeAfter)) // minutes below have ended long enough ago
	from, err := readCursor(items[cursorKey], closed)
	if err != nil {
		return err
	}
	firstBusy, err := r.load(ctx, min(from.Minute, closed), minute(now)+1)
	if err != nil {
		return err
	}
	to := cursor{Minute: min(firstBusy, closed)}
	if items[cursorKey].Exists() && to.Minute == from.Minute {
		return nil
	}
	op, err := put(cursorKey, items[cursorKey].ETag, to)
	if err != nil {
		return err
	}
	if err := r.state.Transact(ctx, op); err != nil && !errors.Is(err, dapr.ErrConflict) {
		return err
	}
	return nil
}

// load takes the buckets from first to last into memory and returns the first
// minute that has reminders, or the one after last.
func (r *Reminders) load(ctx context.Context, first, last int64) (int64, error) {
	firstBusy := last + 1
	for from := first; from <= last; from += scanChunk {
		keys := make([]string, 0, scanChunk)
		for m := from; m <= min(last, from+scanChunk-1); m++ {
			keys = append(keys, bucketKey(m))
		}
		items, err := r.state.Get(ctx, keys...)
		if err != nil {
			return 0, err
		}
		for i, key := range keys {
			b, err := readBucket(items[key])
			if err != nil {
				return 0, err
			}
			if len(b.Due) > 0 {
				firstBusy = min(firstBusy, from+int64(i))
			}
			r.mu.Lock()
			maps.Copy(r.pending, b.Due)
			r.mu.Unlock()
		}
	}
	return firstBusy, nil
}

// deliverDue delivers what is due, bucket by bucket.
func (r *Reminders) deliverDue(ctx context.Context) error {
	now := r.now()
	due := map[int64][]string{}
	r.mu.Lock()
	for id, at := range r.pending {
		if !at.After(now) {
			due[minute(at)] = append(due[minute(at)], id)
		}
	}
	r.mu.Unlock()
	for _, m := range slices.Sorted(maps.Keys(due)) {
		for ids := range slices.Chunk(due[m], batch) {
			if err := r.deliver(ctx, m, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

// deliver marks the reminders as delivered and takes them out of their bucket,
// in one transaction. A conflict means that another replica was faster; the
// next turn sees what is left.
func (r *Reminders) deliver(ctx context.Context, m int64, ids []string) error {
	keys := []string{bucketKey(m)}
	for _, id := range ids {
		keys = append(keys, recordKey(id))
	}
	items, err := r.state.Get(ctx, keys...)
	if err != nil {
		return err
	}
	now := r.now().UTC()
	ops, late, err := deliveries(items, ids, now)
	if err != nil {
		return err
	}
	removal, err := removeFrom(items[bucketKey(m)], m, ids)
	if err != nil {
		return err
	}
	if ops = append(ops, removal...); len(ops) > 0 {
		if err := r.state.Transact(ctx, ops...); err != nil {
			if errors.Is(err, dapr.ErrConflict) {
				return nil
			}
			return err
		}
	}
	for _, d := range late {
		r.lateness.Observe(d.Seconds())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		delete(r.pending, id)
	}
	return nil
}

// deliveries returns the writes that mark the scheduled ones of ids delivered,
// and how late each is.
func deliveries(items map[string]dapr.Item, ids []string, now time.Time) (ops []dapr.Op, late []time.Duration, err error) {
	for _, id := range ids {
		item := items[recordKey(id)]
		if !item.Exists() {
			continue // deleted by hand
		}
		var n Notification
		if err := json.Unmarshal(item.Value, &n); err != nil {
			return nil, nil, fmt.Errorf("decode notification %s: %w", id, err)
		}
		if n.Status == Delivered {
			continue
		}
		n.Status, n.DeliveredAt = Delivered, &now
		op, err := put(recordKey(id), item.ETag, n)
		if err != nil {
			return nil, nil, err
		}
		ops, late = append(ops, op), append(late, now.Sub(n.ScheduledTime))
	}
	return ops, late, nil
}

// removeFrom returns the write that takes ids out of the bucket: none when it
// does not exist, a deletion when nothing is left.
func removeFrom(item dapr.Item, m int64, ids []string) ([]dapr.Op, error) {
	if !item.Exists() {
		return nil, nil
	}
	b, err := readBucket(item)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		delete(b.Due, id)
	}
	if len(b.Due) == 0 {
		return []dapr.Op{{Key: bucketKey(m), ETag: item.ETag}}, nil
	}
	op, err := put(bucketKey(m), item.ETag, b)
	return []dapr.Op{op}, err
}
