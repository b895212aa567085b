package outbox

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestAnOwnEventWaitsForThoseOfALivingProcess: two replicas get requests about one task one
// after the other. Each publishes its own event, once, and in the order of the requests.
func TestAnOwnEventWaitsForThoseOfALivingProcess(t *testing.T) {
	f := newFixture()
	other := f.process()
	f.commit(t, other, "task-1", "a")
	f.commit(t, f.box, "task-1", "b")
	want := []string(nil)
	for _, turn := range []struct {
		box       *Box
		publishes []string
	}{{f.box, nil}, {other, []string{"a"}}, {f.box, []string{"b"}}} {
		if err := turn.box.drain(t.Context(), Shard("task-1")); err != nil {
			t.Fatal(err)
		}
		want = append(want, turn.publishes...)
		if diff := cmp.Diff(want, f.published(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}

// TestAnOwnEventTakesThoseOfADeadProcessAlong: after the grace, in the order of the requests.
func TestAnOwnEventTakesThoseOfADeadProcessAlong(t *testing.T) {
	f := newFixture()
	f.commit(t, f.process(), "task-1", "a")
	f.commit(t, f.box, "task-1", "b")
	f.clock.advance(grace)
	if err := f.box.drain(t.Context(), Shard("task-1")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, f.published()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAHeldEventIsTriedAgain without a further request, and long before the next sweep.
func TestAHeldEventIsTriedAgain(t *testing.T) {
	f := newFixture()
	other := f.process()
	f.commit(t, other, "task-1", "a")
	f.commit(t, f.box, "task-1", "b")
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); f.box.Run(ctx) }()
	defer func() { stop(); <-done }()
	if err := other.drain(t.Context(), Shard("task-1")); err != nil {
		t.Fatal(err)
	}
	wait, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := f.publisher.Wait(wait, 2); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, f.published()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
