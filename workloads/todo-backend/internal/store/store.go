// Package store keeps tasks in the Dapr state store.
//
// One change is one state transaction over up to four keys, each with the ETag
// it was read with: the task, the index shard of its user, the outbox shard
// that holds its events, and a record of the client's idempotency key. A
// conflict reads again and repeats; a transaction whose answer was lost is
// recognised by the task's revision.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/events"
	"assay.dev/assay/workloads/internal/httpx"
	"assay.dev/assay/workloads/internal/tracing"
	"assay.dev/assay/workloads/todo-backend/internal/outbox"
	"assay.dev/assay/workloads/todo-backend/internal/task"
)

const (
	// attempts bounds the repeats of a change that meets conflicts.
	attempts = 6
	// maxPause bounds the random pause before a repeat.
	maxPause = 40 * time.Millisecond
	// retryAfter is what clients are told after a refused or unclear change.
	retryAfter = 2 * time.Second
)

// Versioned is a task with the revision that its HTTP ETag shows.
type Versioned struct {
	task.Task
	Revision string `json:"-"`
}

// record is a task's value in the state store.
type record struct {
	Task     task.Task `json:"task"`
	Revision string    `json:"revision"`
}

// Store is the task repository.
type Store struct {
	state dapr.State
	box   *outbox.Box
	names events.Names
	now   func() time.Time
}

// New makes a store that announces its changes through box, by these names.
func New(state dapr.State, box *outbox.Box, names events.Names, now func() time.Time) *Store {
	return &Store{state: state, box: box, names: names, now: now}
}

func taskKey(id string) string { return "task:" + id }

// view is what a change is planned on.
type view struct {
	items map[string]dapr.Item
	// current is nil when the task does not exist.
	current *record
	// repeated says that an earlier attempt met a conflict.
	repeated bool
}

// plan is what a change wants to do: after is nil to delete, ops are the
// writes besides the task and its outbox shard.
type plan struct {
	before, after *task.Task
	ops           []dapr.Op
}

// errDone ends a change that has nothing left to do.
var errDone = errors.New("nothing to do")

// change runs decide until its plan is stored. revision is the id of the
// change's task event and the new revision of the task, the same on every
// attempt, by which a change that was stored unnoticed is found again. It
// returns the task as stored.
func (s *Store) change(ctx context.Context, id, revision string, keys []string, decide func(view) (plan, error)) (*task.Task, error) {
	shard := outbox.Shard(id)
	unlock, err := s.box.Lock(ctx, shard)
	if err != nil {
		return nil, httpx.Unavailable("The service is busy; nothing was changed. Send the request again.", retryAfter)
	}
	defer unlock()
	keys = append([]string{taskKey(id), outbox.Key(shard)}, keys...)
	for n := range attempts {
		v, err := s.view(ctx, id, keys)
		if err != nil {
			return nil, unclear(n > 0, err)
		}
		v.repeated = n > 0
		if v.current != nil && v.current.Revision == revision {
			// Stored by an attempt whose answer was lost; the sweep finds its
			// events.
			return &v.current.Task, nil
		}
		p, err := decide(v)
		if err != nil {
			return nil, err
		}
		err = s.commit(ctx, id, revision, shard, v, p)
		switch {
		case err == nil:
			return p.after, nil
		case !errors.Is(err, dapr.ErrConflict):
			return nil, err
		}
		if err := pause(ctx); err != nil {
			return nil, unclear(true, err)
		}
	}
	return nil, unclear(true, fmt.Errorf("task %s changed %d times meanwhile", id, attempts))
}

// view reads what a change needs.
func (s *Store) view(ctx context.Context, id string, keys []string) (view, error) {
	items, err := s.state.Get(ctx, keys...)
	if err != nil {
		return view{}, err
	}
	v := view{items: items}
	if item := items[taskKey(id)]; item.Exists() {
		v.current = &record{}
		if err := json.Unmarshal(item.Value, v.current); err != nil {
			return view{}, fmt.Errorf("decode task %s: %w", id, err)
		}
	}
	return v, nil
}

// commit stores a plan and its events in one transaction.
func (s *Store) commit(ctx context.Context, id, revision string, shard int, v view, p plan) error {
	entries, err := s.entries(ctx, id, revision, p)
	if err != nil {
		return err
	}
	waiting, err := s.box.Add(shard, v.items[outbox.Key(shard)], entries)
	if errors.Is(err, outbox.ErrFull) {
		return httpx.Unavailable("Too many events wait for the message broker; nothing was changed. Send the request again later.", retryAfter)
	} else if err != nil {
		return err
	}
	write := dapr.Op{Key: taskKey(id), ETag: v.items[taskKey(id)].ETag}
	if p.after != nil {
		if write.Value, err = json.Marshal(record{Task: *p.after, Revision: revision}); err != nil {
			return fmt.Errorf("encode task %s: %w", id, err)
		}
	}
	err = s.state.Transact(ctx, append([]dapr.Op{write, waiting}, p.ops...)...)
	if err != nil && !errors.Is(err, dapr.ErrConflict) {
		return unclear(true, err)
	}
	if err == nil {
		s.box.Committed(shard)
	}
	return err
}

func (s *Store) entries(ctx context.Context, id, revision string, p plan) ([]outbox.Entry, error) {
	now := s.now()
	trace := tracing.Map(ctx)
	outgoing, err := task.Events(s.names, p.before, p.after, revision, now, events.TraceOf(trace))
	if err != nil {
		return nil, err
	}
	entries := make([]outbox.Entry, len(outgoing))
	for i, o := range outgoing {
		entries[i] = outbox.Entry{ID: o.ID, TaskID: id, Topic: o.Topic, Event: o.Event, Trace: trace, At: now}
	}
	return entries, nil
}

// unclear answers a failure of the state store. written reports whether a write
// may have happened, which the client must know before it repeats.
func unclear(written bool, err error) error {
	detail := "The state store does not answer; nothing was changed. Send the request again."
	if written {
		detail = "The state store did not confirm the change. Read the task before you send the request again, or use an Idempotency-Key."
	}
	return errors.Join(httpx.Unavailable(detail, retryAfter), err)
}

// pause waits a random moment, so that two processes do not conflict again.
func pause(ctx context.Context) error {
	timer := time.NewTimer(rand.N(maxPause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// newRevision makes the id of a change: of its task event and of the task's
// new revision.
func newRevision() string { return uuid.NewString() }
