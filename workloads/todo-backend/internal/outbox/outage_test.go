package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/dapr/daprtest"
)

// inShard returns n tasks of one shard.
func inShard(shard, n int) []string {
	var tasks []string
	for i := 0; len(tasks) < n; i++ {
		if id := fmt.Sprint("task-", i); Shard(id) == shard {
			tasks = append(tasks, id)
		}
	}
	return tasks
}

// brokerOf takes the events of all topics but dead ones.
type brokerOf struct {
	*daprtest.Publisher
	dead map[string]bool
}

func (b brokerOf) Publish(ctx context.Context, m dapr.Message) error {
	if b.dead[m.Topic] {
		return errBroker
	}
	return b.Publisher.Publish(ctx, m)
}

// TestADeadTopicHoldsBackItsOwnTasksOnly has three tasks wait for a topic that the
// broker does not take: 17 tasks of the same shard have events for another one.
func TestADeadTopicHoldsBackItsOwnTasksOnly(t *testing.T) {
	f := newFixture()
	broker := brokerOf{f.publisher, map[string]bool{"reminders": true}}
	f.box = New(f.state, broker, slog.New(slog.DiscardHandler), prometheus.NewRegistry(), f.clock.Now)
	const shard, dead, alive = 5, 6, 17
	tasks := inShard(shard, dead+alive)
	var entries []Entry
	for i, task := range tasks {
		topic := "task-events"
		if i < dead {
			topic = "reminders"
		}
		entries = append(entries, Entry{ID: task, TaskID: task, Topic: topic, Event: json.RawMessage(`{"id":"` + task + `"}`), At: f.clock.Now()})
	}
	op, err := f.box.Add(shard, dapr.Item{}, entries)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.state.Transact(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	f.box.Committed(shard)
	if err := f.box.drain(t.Context(), shard); !errors.Is(err, errBroker) {
		t.Errorf("drain = %v", err)
	}
	if got := f.published(); len(got) != alive {
		t.Errorf("%d of %d events were published: %v", len(got), alive, got)
	}
	broker.dead["reminders"] = false
	if err := f.box.drain(t.Context(), shard); err != nil {
		t.Error(err)
	}
	if got := f.published(); len(got) != dead+alive {
		t.Errorf("%d of %d events were published after it healed", len(got), dead+alive)
	}
}

// TestAnEntryFromAClockAheadIsTakenOverAfterTheGrace leaves behind the event of a
// process whose clock was an hour ahead.
func TestAnEntryFromAClockAheadIsTakenOverAfterTheGrace(t *testing.T) {
	f := newFixture()
	f.clock.advance(time.Hour)
	f.commit(t, f.process(), "task-1", "a")
	f.clock.advance(-time.Hour)
	survivor := f.process()
	survivor.sweep(t.Context())
	f.clock.advance(grace - time.Second)
	if err := survivor.drain(t.Context(), Shard("task-1")); err != nil {
		t.Fatal(err)
	}
	if got := f.published(); len(got) != 0 {
		t.Errorf("published %v before the grace", got)
	}
	f.clock.advance(time.Second)
	survivor.sweep(t.Context())
	if err := survivor.drain(t.Context(), Shard("task-1")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a"}, f.published()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	survivor.sweep(t.Context())
	if n := len(survivor.seen.first); n != 0 {
		t.Errorf("%d events that have left are remembered", n)
	}
}

// bounded is a store whose answers have a bound, as gRPC's have.
type bounded struct{ *daprtest.State }

func (b bounded) Get(ctx context.Context, keys ...string) (map[string]dapr.Item, error) {
	const bound = 4 << 20
	items, err := b.State.Get(ctx, keys...)
	size := 0
	for _, item := range items {
		size += len(item.Value)
	}
	if size > bound {
		return nil, fmt.Errorf("received message larger than max (%d vs. %d)", size, bound)
	}
	return items, err
}

// TestWhatPiledUpInAnOutageIsPublished leaves more behind than one answer of the store
// holds, and one shard that no answer holds: all the others leave the outbox.
func TestWhatPiledUpInAnOutageIsPublished(t *testing.T) {
	f := newFixture()
	box := New(bounded{f.state}, f.publisher, slog.New(slog.DiscardHandler), prometheus.NewRegistry(), f.clock.Now)
	const unreadable, each = 7, 100
	events := 0
	for shard := range Shards {
		task := inShard(shard, 1)[0]
		size := 2000
		if shard == unreadable {
			size = 50_000
		}
		var doc document
		for n := range each {
			id := fmt.Sprintf("%s-%d", task, n)
			event := fmt.Sprintf(`{"id":%q,"padding":%q}`, id, strings.Repeat("x", size))
			doc.Entries = append(doc.Entries, Entry{ID: id, TaskID: task, Topic: "task-events", Event: json.RawMessage(event), At: f.clock.Now()})
		}
		op, err := encode(shard, "", doc)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.state.Transact(t.Context(), op); err != nil {
			t.Fatal(err)
		}
		if shard != unreadable {
			events += each
		}
	}
	f.clock.advance(grace)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); box.Run(ctx) }()
	wait, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if got, err := f.publisher.Wait(wait, events); err != nil {
		t.Errorf("%d of %d events were published: %v", len(got), events, err)
	}
	stop()
	<-done
}

// TestAShardOfLargeEventsRefusesChanges fills a shard by bytes: what is stored has to
// fit into one message to the sidecar.
func TestAShardOfLargeEventsRefusesChanges(t *testing.T) {
	event, err := json.Marshal(strings.Repeat("x", 20_000))
	if err != nil {
		t.Fatal(err)
	}
	item := dapr.Item{}
	for n := range maxWaiting {
		op, err := newFixture().box.Add(0, item, []Entry{{ID: fmt.Sprint(n), Event: event}})
		if errors.Is(err, ErrFull) {
			if n*len(event) < maxBytes/2 {
				t.Errorf("full after %d events", n)
			}
			return
		}
		if err != nil || len(op.Value) > maxBytes {
			t.Fatalf("%d bytes, error %v", len(op.Value), err)
		}
		item = dapr.Item{Value: op.Value, ETag: "1"}
	}
	t.Error("the shard is never full")
}
