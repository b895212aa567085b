package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/tracing"
)

const (
	// workers publish shards side by side; publishing waits for the broker's
	// acknowledgement, so it is latency that limits, not the processor.
	workers = 8
	// sweepEvery is how often all shards are read for events that failed or
	// that a dead process left; it bounds the delay after the broker heals.
	sweepEvery = 2 * time.Second
	// grace is how old another process's event must be before this one
	// publishes it. A living process publishes within milliseconds, so taking
	// over earlier would only make duplicates.
	grace = 10 * time.Second
	// flushTimeout bounds publishing at shutdown; the rest stays in the store.
	flushTimeout = 4 * time.Second
	// maxFailures ends one pass over a shard: the broker is down.
	maxFailures = 3
	// removeAttempts bounds the retries of removing published events.
	removeAttempts = 5
)

// Run publishes until ctx ends, then what is queued at that moment.
func (b *Box) Run(ctx context.Context) {
	// Passes that have begun outlive ctx, by flushTimeout.
	passes, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(flushTimeout, cancel) })()

	var running sync.WaitGroup
	for range workers {
		running.Go(func() { b.work(ctx, passes) })
	}
	b.sweepLoop(ctx)
	running.Wait()
	for {
		select {
		case shard := <-b.wakes.queue:
			b.handle(passes, shard)
		default:
			return
		}
	}
}

// work takes shards until ctx ends; each pass runs under passes.
func (b *Box) work(ctx, passes context.Context) {
	for {
		select {
		case shard := <-b.wakes.queue:
			b.handle(passes, shard)
		case <-ctx.Done():
			return
		}
	}
}

func (b *Box) handle(ctx context.Context, shard int) {
	b.wakes.taken(shard)
	if err := b.drain(ctx, shard); err != nil {
		b.log.Warn("events wait in the outbox", slog.Int("shard", shard), slog.String("error", err.Error()))
	}
}

func (b *Box) sweepLoop(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		b.sweep(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// sweep wakes every shard that has events to publish.
func (b *Box) sweep(ctx context.Context) {
	keys := make([]string, Shards)
	for shard := range keys {
		keys[shard] = Key(shard)
	}
	items, err := b.state.Get(ctx, keys...)
	if err != nil {
		if ctx.Err() == nil {
			b.log.Warn("cannot read the outbox", slog.String("error", err.Error()))
		}
		return
	}
	waiting := 0
	for shard, key := range keys {
		doc, err := decode(shard, items[key])
		if err != nil {
			b.log.Error("unreadable outbox shard", slog.String("error", err.Error()))
			continue
		}
		waiting += len(doc.Entries)
		if len(b.due(doc.Entries)) > 0 {
			b.wakes.wake(shard)
		}
	}
	b.waiting.Set(float64(waiting))
}

// due returns the entries that this process should publish now, in order: its
// own, those older than the grace, and with each of them all of the same task,
// because a task's events must not overtake each other.
func (b *Box) due(entries []Entry) []Entry {
	tasks := map[string]bool{}
	for _, e := range entries {
		if b.mine.has(e.ID) || b.now().Sub(e.At) >= grace {
			tasks[e.TaskID] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return !tasks[e.TaskID] })
}

// drain publishes the shard's due events and removes those acknowledged.
func (b *Box) drain(ctx context.Context, shard int) error {
	b.draining[shard].Lock()
	defer b.draining[shard].Unlock()
	items, err := b.state.Get(ctx, Key(shard))
	if err != nil {
		return err
	}
	doc, err := decode(shard, items[Key(shard)])
	if err != nil {
		return err
	}
	published, publishErr := b.publish(ctx, b.due(doc.Entries))
	if len(published) == 0 {
		return publishErr
	}
	if err := b.remove(ctx, shard, items[Key(shard)], published); err != nil {
		return errors.Join(publishErr, err)
	}
	b.mine.remove(published)
	b.sent.remove(published)
	return publishErr
}

// publish sends entries in order and returns the ids of those that the broker
// has. After a failure the task's later events wait too.
func (b *Box) publish(ctx context.Context, entries []Entry) ([]string, error) {
	var published []string
	var failures []error
	blocked := map[string]bool{}
	for _, e := range entries {
		if blocked[e.TaskID] {
			continue
		}
		// An event that was acknowledged, but could not be removed, is not
		// sent again by this process.
		if !b.sent.has(e.ID) {
			err := b.publisher.Publish(tracing.FromMap(ctx, e.Trace), dapr.Message{Topic: e.Topic, Key: e.TaskID, Event: e.Event})
			if err != nil {
				b.published.WithLabelValues(e.Topic, "failed").Inc()
				blocked[e.TaskID] = true
				failures = append(failures, err)
				if len(failures) == maxFailures {
					break
				}
				continue
			}
			b.published.WithLabelValues(e.Topic, "acknowledged").Inc()
			b.sent.add(e.ID)
		}
		published = append(published, e.ID)
	}
	return published, errors.Join(failures...)
}

// remove takes the published ids out of the shard, starting from item.
func (b *Box) remove(ctx context.Context, shard int, item dapr.Item, published []string) error {
	unlock, err := b.Lock(ctx, shard)
	if err != nil {
		return err
	}
	defer unlock()
	for range removeAttempts {
		doc, err := decode(shard, item)
		if err != nil {
			return err
		}
		doc.Entries = slices.DeleteFunc(doc.Entries, func(e Entry) bool { return slices.Contains(published, e.ID) })
		op, err := encode(shard, item.ETag, doc)
		if err != nil {
			return err
		}
		err = b.state.Transact(ctx, op)
		if err == nil {
			return nil
		}
		if !errors.Is(err, dapr.ErrConflict) {
			return fmt.Errorf("remove published events: %w", err)
		}
		items, err := b.state.Get(ctx, Key(shard))
		if err != nil {
			return fmt.Errorf("remove published events: %w", err)
		}
		item = items[Key(shard)]
	}
	return fmt.Errorf("remove published events of shard %d: conflicts, %d times", shard, removeAttempts)
}
