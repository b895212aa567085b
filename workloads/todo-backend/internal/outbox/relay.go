package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
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
	// flushTimeout bounds publishing at shutdown; the rest stays in the store.
	flushTimeout = 4 * time.Second
	// maxFailures ends the publishing to one topic in a pass over a shard: the broker
	// does not take it now. Events for other topics go on.
	maxFailures = 3
	// sweepBatch is how many shards a sweep reads at once.
	sweepBatch = 8
	// removeAttempts bounds the retries of removing published events.
	removeAttempts = 5
)

// Run publishes until ctx ends, then what is queued at that moment.
func (b *Box) Run(ctx context.Context) {
	// Passes that have started outlive ctx, by flushTimeout.
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

// sweep wakes every shard that has events to publish. A shard that cannot be read
// keeps no other one from being read.
func (b *Box) sweep(ctx context.Context) {
	waiting, renewals, complete := 0, map[string]bool{}, true
	for from := 0; from < Shards && ctx.Err() == nil; from += sweepBatch {
		items, err := b.read(ctx, from, min(from+sweepBatch, Shards))
		if err != nil && ctx.Err() == nil {
			complete = false
			b.log.Warn("cannot read all of the outbox", slog.String("error", err.Error()))
		}
		for shard, item := range items {
			doc, err := decode(shard, item)
			if err != nil {
				complete = false
				b.log.Error("unreadable outbox shard", slog.String("error", err.Error()))
				continue
			}
			if len(doc.Entries) == 0 {
				continue
			}
			waiting += len(doc.Entries)
			renewals[doc.renewal()] = true
			if b.takes(doc) {
				b.wakes.wake(shard)
			}
		}
	}
	if ctx.Err() != nil || !complete {
		return
	}
	b.waiting.Set(float64(waiting))
	b.seen.retain(renewals)
}

// read reads shards at once or, if that fails, one by one: those that can be.
func (b *Box) read(ctx context.Context, from, to int) (map[int]dapr.Item, error) {
	keys := make([]string, 0, to-from)
	for shard := from; shard < to; shard++ {
		keys = append(keys, Key(shard))
	}
	items := make(map[int]dapr.Item, len(keys))
	found, err := b.state.Get(ctx, keys...)
	if err == nil {
		for i, key := range keys {
			items[from+i] = found[key]
		}
		return items, nil
	}
	if len(keys) == 1 {
		return nil, err
	}
	var problems []error
	for shard := from; shard < to && ctx.Err() == nil; shard++ {
		one, err := b.read(ctx, shard, shard+1)
		maps.Copy(items, one)
		problems = append(problems, err)
	}
	return items, errors.Join(problems...)
}

// drain publishes the shard's events and removes those acknowledged, until none is left or
// another process holds the shard.
func (b *Box) drain(ctx context.Context, shard int) error {
	b.draining[shard].Lock()
	defer b.draining[shard].Unlock()
	for {
		items, err := b.state.Get(ctx, Key(shard))
		if err != nil {
			return err
		}
		item := items[Key(shard)]
		doc, err := decode(shard, item)
		if err != nil || len(doc.Entries) == 0 || !b.takes(doc) {
			return err
		}
		if !b.fresh(doc) {
			if err := b.hold(ctx, shard, item, doc); err != nil && !errors.Is(err, dapr.ErrConflict) {
				return err
			}
			continue
		}
		published, publishErr := b.publish(ctx, doc)
		if len(published) == 0 {
			return publishErr
		}
		if err := b.remove(ctx, shard, item, published); err != nil {
			return errors.Join(publishErr, err)
		}
		b.sent.remove(published)
		if publishErr != nil {
			return publishErr
		}
	}
}

// publish sends entries in order, as long as this process holds them, and returns the ids
// of those that the broker has. After a failure the task's later events wait too, and after
// some the topic's.
func (b *Box) publish(ctx context.Context, doc document) ([]string, error) {
	var published []string
	var failures []error
	blocked, failed := map[string]bool{}, map[string]int{}
	for _, e := range doc.Entries {
		if !b.fresh(doc) {
			break
		}
		if failed[e.Topic] >= maxFailures {
			blocked[e.TaskID] = true
		}
		if blocked[e.TaskID] {
			continue
		}
		// An event that was acknowledged, but could not be removed, is not
		// sent again by this process.
		if !b.sent.has(e.ID) {
			bounded, cancel := context.WithTimeout(ctx, grace-b.now().Sub(doc.Renewed))
			err := b.publisher.Publish(tracing.FromMap(bounded, e.Trace), dapr.Message{Topic: e.Topic, Key: e.TaskID, Event: e.Event})
			cancel()
			if err != nil {
				b.published.WithLabelValues(e.Topic, "failed").Inc()
				blocked[e.TaskID] = true
				failed[e.Topic]++
				failures = append(failures, err)
				continue
			}
			b.published.WithLabelValues(e.Topic, "acknowledged").Inc()
			b.sent.add(e.ID)
		}
		published = append(published, e.ID)
	}
	return published, errors.Join(failures...)
}

// remove takes the published ids out of the shard, starting from item, and renews that this
// process holds what is left, if it does still.
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
		switch {
		case len(doc.Entries) == 0:
			doc.Holder, doc.Renewed = "", time.Time{}
		case doc.Holder == b.process:
			doc.Renewed = b.now()
		}
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
	b.wakes.wake(shard) // by then other processes store less
	return fmt.Errorf("remove published events of shard %d: conflicts, %d times", shard, removeAttempts)
}
