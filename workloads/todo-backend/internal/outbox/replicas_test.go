package outbox

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/dapr/daprtest"
)

// TestOneProcessPublishesWhatSeveralHaveStored: requests about one task come to two replicas
// in turn. The one that stored first publishes all that wait, once and in order, and leaves
// the next ones to whoever stores first then.
func TestOneProcessPublishesWhatSeveralHaveStored(t *testing.T) {
	f := newFixture()
	other := f.process()
	f.commit(t, other, "task-1", "a")
	f.commit(t, f.box, "task-1", "b")
	f.commit(t, other, "task-1", "c")
	f.drain(t, f.box, "task-1")
	f.drain(t, other, "task-1", "a", "b", "c")
	f.commit(t, f.box, "task-1", "d")
	f.drain(t, other, "task-1", "a", "b", "c")
	f.drain(t, f.box, "task-1", "a", "b", "c", "d")
}

// slowBroker takes a while for each event, and then lets somebody else have a turn.
type slowBroker struct {
	*daprtest.Publisher
	turn func()
}

func (b slowBroker) Publish(ctx context.Context, m dapr.Message) error {
	err := b.Publisher.Publish(ctx, m)
	b.turn()
	return err
}

// TestASlowProcessIsNotTakenForADeadOne: publishing takes far longer than the grace, and
// the other replica looks at the shard after each event.
func TestASlowProcessIsNotTakenForADeadOne(t *testing.T) {
	f := newFixture()
	other := f.process()
	turn := func() {
		f.clock.advance(grace / 3)
		other.sweep(t.Context())
		if err := other.drain(t.Context(), Shard("task-1")); err != nil {
			t.Error(err)
		}
	}
	slow := New(f.state, slowBroker{f.publisher, turn}, slog.New(slog.DiscardHandler), prometheus.NewRegistry(), f.clock.Now)
	f.commit(t, slow, "task-1", "a", "b", "c", "d", "e", "f", "g", "h")
	f.commit(t, other, "task-1", "i")
	f.drain(t, slow, "task-1", "a", "b", "c", "d", "e", "f", "g", "h", "i")
	if n := f.waiting(t, "task-1"); n != 0 {
		t.Errorf("%d events still wait", n)
	}
}

// TestAStalledProcessDoesNotPublishOn: it was away for the grace, and another one has taken
// its events over.
func TestAStalledProcessDoesNotPublishOn(t *testing.T) {
	f := newFixture()
	other, stalled := f.process(), false
	stall := func() {
		if !stalled {
			stalled = true
			f.clock.advance(grace)
			f.drain(t, other, "task-1", "a", "a", "b", "c") // nobody can know that a was published
		}
	}
	box := New(f.state, slowBroker{f.publisher, stall}, slog.New(slog.DiscardHandler), prometheus.NewRegistry(), f.clock.Now)
	f.commit(t, box, "task-1", "a", "b", "c")
	f.drain(t, box, "task-1", "a", "a", "b", "c")
}

// TestTheEventsOfADeadProcessAreTakenOver after the grace, in the order of the requests.
func TestTheEventsOfADeadProcessAreTakenOver(t *testing.T) {
	f := newFixture()
	f.commit(t, f.process(), "task-1", "a")
	f.commit(t, f.box, "task-1", "b")
	f.clock.advance(grace - time.Second)
	f.drain(t, f.box, "task-1")
	f.clock.advance(time.Second)
	f.drain(t, f.box, "task-1", "a", "b")
}

// drain lets a process have a turn at the shard of a task, and wants these events published
// since the beginning.
func (f *fixture) drain(t *testing.T, box *Box, task string, want ...string) {
	t.Helper()
	if err := box.drain(t.Context(), Shard(task)); err != nil {
		t.Fatal(err)
	}
	if got := f.published(); len(got)+len(want) > 0 && !cmp.Equal(want, got) {
		t.Fatalf("(-want +got):\n%s", cmp.Diff(want, got))
	}
}
