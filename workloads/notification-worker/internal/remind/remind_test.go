package remind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/dapr/daprtest"
	"assay.dev/assay/workloads/internal/events"
)

var start = time.Date(2026, 2, 15, 9, 30, 0, 0, time.UTC)

// testbed is a store and a clock that several workers share.
type testbed struct {
	state *daprtest.State
	mu    sync.Mutex
	now   time.Time
}

func newTestbed() *testbed { return &testbed{state: daprtest.NewState(), now: start} }

func (w *testbed) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *testbed) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *testbed) worker() *Reminders {
	return New(w.state, slog.New(slog.DiscardHandler), prometheus.NewRegistry(), w.clock)
}

func reminder(n int, at time.Time) events.Envelope[events.Reminder] {
	return events.Defaults().NewReminder(fmt.Sprintf("0a2f9d6e-0f4b-4c43-9a51-%012d", n), start, events.Reminder{
		TaskID: "01946f2e-7c00-7000-8000-000000000001", UserID: "7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11",
		ScheduledTime: at, ReminderType: events.ReminderDueDate,
	})
}

func handle(t *testing.T, r *Reminders, e events.Envelope[events.Reminder], want consumer.Result) {
	t.Helper()
	if got, err := r.Handle(t.Context(), e); err != nil || got != want {
		t.Fatalf("Handle = %v, %v, want %v", got, err, want)
	}
}

// step does what Run does at its turns.
func step(t *testing.T, r *Reminders) {
	t.Helper()
	if err := errors.Join(r.scan(t.Context()), r.deliverDue(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, r *Reminders, n int) Notification {
	t.Helper()
	mux := http.NewServeMux()
	r.Register(mux)
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/notifications/"+reminder(n, start).ID, nil))
	var got Notification
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != http.StatusOK {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	return got
}

func TestAReminderForThePastIsDeliveredAtOnce(t *testing.T) {
	w := newTestbed()
	r := w.worker()
	handle(t, r, reminder(1, start.Add(-time.Hour)), consumer.Processed)
	handle(t, r, reminder(1, start.Add(-time.Hour)), consumer.Duplicate)
	got := read(t, r, 1)
	if got.Status != Delivered || got.DeliveredAt == nil || !got.DeliveredAt.Equal(start) || !got.ScheduledTime.Equal(start.Add(-time.Hour)) {
		t.Errorf("notification %+v", got)
	}
}

func TestAReminderIsDeliveredAtItsTime(t *testing.T) {
	w := newTestbed()
	r := w.worker()
	at := start.Add(90 * time.Second)
	handle(t, r, reminder(1, at), consumer.Processed)
	w.advance(89 * time.Second)
	step(t, r)
	if got := read(t, r, 1); got.Status != Scheduled || got.DeliveredAt != nil {
		t.Errorf("before its time: %+v", got)
	}
	w.advance(time.Second)
	step(t, r)
	if got := read(t, r, 1); got.Status != Delivered || !got.DeliveredAt.Equal(at) {
		t.Errorf("at its time: %+v", got)
	}
	handle(t, r, reminder(1, at), consumer.Duplicate)
	if n := len(r.pending); n != 0 {
		t.Errorf("%d reminders stay in memory", n)
	}
}

func TestDeliveryNeedsNoScanForOwnReminders(t *testing.T) {
	w := newTestbed()
	r := w.worker()
	handle(t, r, reminder(1, start.Add(time.Second)), consumer.Processed)
	w.advance(time.Second)
	if err := r.deliverDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := read(t, r, 1); got.Status != Delivered {
		t.Errorf("notification %+v", got)
	}
}

func TestRemindersOutliveTheProcess(t *testing.T) {
	w := newTestbed()
	step(t, w.worker()) // the cursor exists
	const n = 50
	for i := range n {
		handle(t, w.worker(), reminder(i, start.Add(time.Duration(i)*7*time.Minute+time.Second)), consumer.Processed)
	}
	w.advance(48 * time.Hour)
	successor := w.worker()
	step(t, successor)
	for i := range n {
		if got := read(t, successor, i); got.Status != Delivered {
			t.Errorf("%d: %+v", i, got)
		}
	}
	step(t, successor)
	// 50 records and the cursor: no bucket is left behind.
	if keys := w.state.Keys(); keys != n+1 {
		t.Errorf("%d keys, want %d", keys, n+1)
	}
}

func TestTheCursorWaitsForWhatIsNotDelivered(t *testing.T) {
	w := newTestbed()
	r := w.worker()
	step(t, r)
	handle(t, r, reminder(1, start.Add(time.Minute)), consumer.Processed)
	w.advance(time.Hour)
	// The store takes no delivery for a while; scans go on.
	w.state.Fail(errors.New("store is down"))
	if err := r.deliverDue(t.Context()); err == nil {
		t.Error("deliverDue hid the failure")
	}
	if err := r.scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	step(t, w.worker())
	if got := read(t, r, 1); got.Status != Delivered {
		t.Errorf("the successor did not find it: %+v", got)
	}
}

func TestTwoReplicasDeliverOnce(t *testing.T) {
	w := newTestbed()
	a, b := w.worker(), w.worker()
	handle(t, a, reminder(1, start.Add(time.Second)), consumer.Processed)
	if err := b.scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.advance(time.Second)
	if err := a.deliverDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := *read(t, a, 1).DeliveredAt
	w.advance(time.Second)
	if err := b.deliverDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := *read(t, b, 1).DeliveredAt; !got.Equal(first) {
		t.Errorf("delivered again at %v, first at %v", got, first)
	}
	if n := len(b.pending); n != 0 {
		t.Errorf("%d reminders stay in memory", n)
	}
}

func TestManyRemindersOfOneMinute(t *testing.T) {
	w := newTestbed()
	r := w.worker()
	const n = 3*batch + 1
	for i := range n {
		handle(t, r, reminder(i, start.Add(30*time.Second)), consumer.Processed)
	}
	w.advance(30 * time.Second)
	step(t, r)
	for i := range n {
		if got := read(t, r, i); got.Status != Delivered {
			t.Errorf("%d: %+v", i, got)
		}
	}
}

func TestConflictsAreRepeatedAndOutagesRetried(t *testing.T) {
	w := newTestbed()
	r := w.worker()
	w.state.Fail(dapr.ErrConflict)
	handle(t, r, reminder(1, start.Add(time.Hour)), consumer.Processed)
	w.state.Fail(errors.New("store is down"))
	if _, err := r.Handle(t.Context(), reminder(2, start)); err == nil || errors.Is(err, consumer.ErrDrop) {
		t.Errorf("outage: %v, want a retry", err)
	}
}

func TestATimeThatCannotBeWrittenIsDropped(t *testing.T) {
	e := reminder(1, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Add(time.Hour))
	if _, err := newTestbed().worker().Handle(t.Context(), e); !errors.Is(err, consumer.ErrDrop) {
		t.Errorf("Handle = %v, want a drop", err)
	}
}

func TestRunDelivers(t *testing.T) {
	state := daprtest.NewState()
	r := New(state, slog.New(slog.DiscardHandler), prometheus.NewRegistry(), time.Now)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx) }()
	handle(t, r, reminder(1, time.Now().Add(20*time.Millisecond)), consumer.Processed)
	deadline := time.Now().Add(5 * time.Second)
	for read(t, r, 1).Status != Delivered {
		if time.Now().After(deadline) {
			t.Fatal("not delivered within 5 s")
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	<-done
}

// TestAScanByAClockAheadLosesNothing scans once with a clock that is an hour ahead. A
// reminder in ten minutes, taken in before or after that, is delivered, also by a
// successor that starts much later.
func TestAScanByAClockAheadLosesNothing(t *testing.T) {
	ahead := func(w *testbed) {
		w.advance(time.Hour)
		if err := w.worker().scan(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.advance(-time.Hour)
	}
	at := start.Add(10 * time.Minute)
	for name, before := range map[string]func(*testbed){
		"after a right scan": func(w *testbed) {
			ahead(w)
			step(t, w.worker())
			handle(t, w.worker(), reminder(1, at), consumer.Processed)
		},
		"before any right scan":           func(w *testbed) { ahead(w); handle(t, w.worker(), reminder(1, at), consumer.Processed) },
		"before, and scanned ahead again": func(w *testbed) { handle(t, w.worker(), reminder(1, at), consumer.Processed); ahead(w) },
	} {
		for _, later := range []time.Duration{10 * time.Minute, 3 * time.Hour} {
			w := newTestbed()
			step(t, w.worker()) // the cursor exists
			before(w)
			w.advance(later)
			successor := w.worker()
			step(t, successor)
			if got := read(t, successor, 1); got.Status != Delivered {
				t.Errorf("%s, %v later: %+v", name, later, got)
			}
		}
	}
}
