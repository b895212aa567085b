package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/dapr/daprtest"
)

var errBroker = errors.New("broker is down")

// clock is a settable time source.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type fixture struct {
	box       *Box
	state     *daprtest.State
	publisher *daprtest.Publisher
	clock     *clock
}

func newFixture() *fixture {
	f := &fixture{state: daprtest.NewState(), publisher: daprtest.NewPublisher(), clock: &clock{now: time.Unix(1771147800, 0)}}
	f.box = f.process()
	return f
}

// process makes another process's box over the same store and broker.
func (f *fixture) process() *Box {
	return New(f.state, f.publisher, slog.New(slog.DiscardHandler), prometheus.NewRegistry(), f.clock.Now)
}

// commit stores entries as a request of the box's process does. Tests call it
// from goroutines too, so it does not end the test.
func (f *fixture) commit(t *testing.T, box *Box, taskID string, ids ...string) {
	t.Helper()
	ctx, shard := t.Context(), Shard(taskID)
	entries := make([]Entry, len(ids))
	for i, id := range ids {
		entries[i] = Entry{ID: id, TaskID: taskID, Topic: "task-events", Event: json.RawMessage(`{"id":"` + id + `"}`), At: f.clock.Now()}
	}
	unlock, err := box.Lock(ctx, shard)
	if err != nil {
		t.Error(err)
		return
	}
	defer unlock()
	items, err := f.state.Get(ctx, Key(shard))
	if err != nil {
		t.Error(err)
		return
	}
	op, err := box.Add(shard, items[Key(shard)], entries)
	if err != nil {
		t.Error(err)
		return
	}
	if err := f.state.Transact(ctx, op); err != nil {
		t.Error(err)
		return
	}
	box.Committed(shard)
}

func (f *fixture) published() []string {
	var ids []string
	for _, m := range f.publisher.Messages() {
		var e struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(m.Event, &e)
		ids = append(ids, e.ID)
	}
	return ids
}

func (f *fixture) waiting(t *testing.T, taskID string) int {
	t.Helper()
	shard := Shard(taskID)
	items, err := f.state.Get(t.Context(), Key(shard))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := decode(shard, items[Key(shard)])
	if err != nil {
		t.Fatal(err)
	}
	return len(doc.Entries)
}

func TestEventsLeaveInOrderAndOnce(t *testing.T) {
	f := newFixture()
	f.commit(t, f.box, "task-1", "a", "b")
	f.commit(t, f.box, "task-1", "c")
	for range 2 {
		if err := f.box.drain(t.Context(), Shard("task-1")); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, f.published()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if m := f.publisher.Messages()[0]; m.Key != "task-1" || m.Topic != "task-events" {
		t.Errorf("message %+v", m)
	}
	if n := f.waiting(t, "task-1"); n != 0 {
		t.Errorf("%d events still wait", n)
	}
}

func TestAFailedEventHoldsBackItsTaskOnly(t *testing.T) {
	f := newFixture()
	other := ""
	for i := 0; other == ""; i++ {
		if id := fmt.Sprint("other-", i); Shard(id) == Shard("task-1") {
			other = id
		}
	}
	f.commit(t, f.box, "task-1", "a", "b")
	f.commit(t, f.box, other, "x")
	f.publisher.Fail(errBroker)
	if err := f.box.drain(t.Context(), Shard("task-1")); !errors.Is(err, errBroker) {
		t.Errorf("drain = %v", err)
	}
	if diff := cmp.Diff([]string{"x"}, f.published()); diff != "" {
		t.Errorf("after the failure (-want +got):\n%s", diff)
	}
	if err := f.box.drain(t.Context(), Shard("task-1")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"x", "a", "b"}, f.published()); diff != "" {
		t.Errorf("after it healed (-want +got):\n%s", diff)
	}
}

func TestAnAcknowledgedEventIsNotSentAgainWhenItsRemovalFails(t *testing.T) {
	f := newFixture()
	f.commit(t, f.box, "task-1", "a")
	f.state.Fail(errors.New("store is down"))
	if err := f.box.drain(t.Context(), Shard("task-1")); err == nil {
		t.Error("drain hid the failed removal")
	}
	if err := f.box.drain(t.Context(), Shard("task-1")); err != nil {
		t.Fatal(err)
	}
	if got := f.published(); len(got) != 1 {
		t.Errorf("published %v", got)
	}
	if n := f.waiting(t, "task-1"); n != 0 {
		t.Errorf("%d events still wait", n)
	}
}

func TestRemovalSurvivesACommitInBetween(t *testing.T) {
	f := newFixture()
	f.commit(t, f.box, "task-1", "a")
	stale, err := f.state.Get(t.Context(), Key(Shard("task-1")))
	if err != nil {
		t.Fatal(err)
	}
	f.commit(t, f.box, "task-1", "b")
	if err := f.box.remove(t.Context(), Shard("task-1"), stale[Key(Shard("task-1"))], []string{"a"}); err != nil {
		t.Fatal(err)
	}
	if n := f.waiting(t, "task-1"); n != 1 {
		t.Errorf("%d events wait, want b alone", n)
	}
}

func TestAFullShardRefusesChanges(t *testing.T) {
	f := newFixture()
	op, err := f.box.Add(0, dapr.Item{}, make([]Entry, maxWaiting))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.box.Add(0, dapr.Item{Value: op.Value, ETag: "1"}, make([]Entry, 1)); !errors.Is(err, ErrFull) {
		t.Errorf("Add = %v, want ErrFull", err)
	}
}

func TestRunPublishesAndFlushesAtTheEnd(t *testing.T) {
	f := newFixture()
	f.commit(t, f.process(), "left-behind", "z")
	f.clock.advance(grace)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); f.box.Run(ctx) }()
	f.commit(t, f.box, "task-1", "a")
	wait, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := f.publisher.Wait(wait, 2); err != nil {
		t.Fatal(err)
	}
	stop()
	<-done

	f.commit(t, f.box, "task-2", "b")
	ended, end := context.WithCancel(t.Context())
	end()
	f.box.Run(ended)
	if got := f.published(); len(got) != 3 {
		t.Errorf("published %v, want z, a and b", got)
	}
}

func TestConcurrentCommitsLoseNothing(t *testing.T) {
	f := newFixture()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); f.box.Run(ctx) }()
	const tasks, each = 10, 10
	var writers sync.WaitGroup
	for task := range tasks {
		writers.Go(func() {
			for n := range each {
				f.commit(t, f.box, fmt.Sprint("task-", task), fmt.Sprintf("%d-%d", task, n))
			}
		})
	}
	writers.Wait()
	wait, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := f.publisher.Wait(wait, tasks*each); err != nil {
		t.Error(err)
	}
	stop()
	<-done
	last := map[string]int{}
	for _, m := range f.publisher.Messages() {
		var e struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(m.Event, &e)
		var task, n int
		if _, err := fmt.Sscanf(e.ID, "%d-%d", &task, &n); err != nil {
			t.Fatal(err)
		}
		if n != last[m.Key] {
			t.Errorf("%s: event %d after %d", m.Key, n, last[m.Key])
		}
		last[m.Key] = n + 1
	}
}
