package recur

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/dapr/daprtest"
	"assay.dev/assay/workloads/internal/events"
)

const eventID = "0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c10"

// names are those of the reference specification.
var names = Names{Completed: events.Defaults().Change.Types[events.Completed], Backend: "todo-backend", APIPath: "/api/tasks"}

var completedAt = time.Date(2026, 2, 15, 9, 30, 0, 0, time.UTC)

func event(kind events.Kind, pattern *string, due *time.Time) events.Envelope[events.Task] {
	return events.Defaults().NewTask(kind, eventID, completedAt, events.Task{
		TaskID: "01946f2e-7c00-7000-8000-000000000001", UserID: "7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11",
		Title: "Water the plants", Completed: true, Priority: "high", DueDate: due, RecurrencePattern: pattern, Tags: []string{"home"},
	})
}

func ptr[T any](v T) *T { return &v }

// answering is a backend that always answers with status and keeps the bodies.
func answering(status int, bodies *[]string) *daprtest.Invoker {
	return &daprtest.Invoker{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		*bodies = append(*bodies, string(raw))
		w.WriteHeader(status)
	})}
}

func TestTheNextOccurrence(t *testing.T) {
	for name, tc := range map[string]struct {
		pattern string
		due     *time.Time
		want    string
	}{
		"from the due date":        {"weekly", ptr(completedAt.Add(time.Hour)), "2026-02-22T10:30:00Z"},
		"from the completion":      {"daily", nil, "2026-02-16T09:30:00Z"},
		"overdue skips the missed": {"daily", ptr(completedAt.Add(-240*time.Hour + time.Hour)), "2026-02-15T10:30:00Z"},
		"rule with an interval":    {"FREQ=MONTHLY;INTERVAL=3", ptr(completedAt), "2026-05-15T09:30:00Z"},
	} {
		var bodies []string
		backend := answering(http.StatusCreated, &bodies)
		result, err := New(backend, names).Handle(t.Context(), event(events.Completed, &tc.pattern, tc.due))
		if err != nil || result != consumer.Processed {
			t.Fatalf("%s: %v, %v", name, result, err)
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(bodies[0]), &got); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{
			"user_id": "7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11", "title": "Water the plants", "priority": "high",
			"due_date": tc.want, "recurrence_pattern": tc.pattern, "tags": []any{"home"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		r := backend.Requests()[0]
		if r.AppID != "todo-backend" || r.Path != "/api/tasks" || r.Header.Get("Idempotency-Key") != "recurrence-"+eventID {
			t.Errorf("%s: request %+v", name, r)
		}
	}
}

func TestARedeliveryAsksForTheSameTask(t *testing.T) {
	var bodies []string
	r := New(answering(http.StatusCreated, &bodies), names)
	for range 2 {
		if _, err := r.Handle(t.Context(), event(events.Completed, ptr("daily"), nil)); err != nil {
			t.Fatal(err)
		}
	}
	if bodies[0] != bodies[1] {
		t.Errorf("first %s, then %s", bodies[0], bodies[1])
	}
}

func TestEventsWithoutWorkAreIgnored(t *testing.T) {
	r := New(&daprtest.Invoker{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the backend was called") })}, names)
	for name, e := range map[string]events.Envelope[events.Task]{
		"not recurring": event(events.Completed, nil, nil),
		"created":       event(events.Created, ptr("daily"), nil),
		"updated":       event(events.Updated, ptr("daily"), nil),
		"deleted":       event(events.Deleted, ptr("daily"), nil),
	} {
		if result, err := r.Handle(t.Context(), e); err != nil || result != consumer.Ignored {
			t.Errorf("%s: %v, %v", name, result, err)
		}
	}
}

func TestTheBackendsAnswerDecides(t *testing.T) {
	for status, want := range map[int]string{
		201: "processed", 200: "duplicate", 410: "duplicate",
		400: "drop", 409: "drop", 413: "drop", 422: "drop",
		404: "retry", 408: "retry", 425: "retry", 429: "retry", 500: "retry", 503: "retry", 504: "retry",
	} {
		var bodies []string
		result, err := New(answering(status, &bodies), names).Handle(t.Context(), event(events.Completed, ptr("daily"), nil))
		got := string(result)
		if err != nil {
			got = "retry"
			if errors.Is(err, consumer.ErrDrop) {
				got = "drop"
			}
		}
		if got != want {
			t.Errorf("%d: %s, want %s", status, got, want)
		}
	}
}

func TestFailures(t *testing.T) {
	down := &daprtest.Invoker{}
	down.FailAll(context.DeadlineExceeded)
	if _, err := New(down, names).Handle(t.Context(), event(events.Completed, ptr("daily"), nil)); err == nil || errors.Is(err, consumer.ErrDrop) {
		t.Errorf("no answer: %v, want a retry", err)
	}
	if _, err := New(down, names).Handle(t.Context(), event(events.Completed, ptr("every blue moon"), nil)); !errors.Is(err, consumer.ErrDrop) {
		t.Errorf("unreadable pattern: %v, want a drop", err)
	}
}

// TestTheBackendIsWhereTheNamesSay calls another specification's API, for another type.
func TestTheBackendIsWhereTheNamesSay(t *testing.T) {
	var bodies []string
	backend := answering(http.StatusCreated, &bodies)
	other := Names{Completed: "order.done", Backend: "order-api", APIPath: "/v1/orders"}
	e := event(events.Completed, ptr("daily"), nil)
	if result, err := New(backend, other).Handle(t.Context(), e); err != nil || result != consumer.Ignored || len(bodies) != 0 {
		t.Errorf("the reference's event: %v, %v, %d calls", result, err, len(bodies))
	}
	e.Type = "order.done"
	if result, err := New(backend, other).Handle(t.Context(), e); err != nil || result != consumer.Processed {
		t.Errorf("the event: %v, %v", result, err)
	}
	if len(bodies) != 1 || backend.Requests()[0].AppID != "order-api" || backend.Requests()[0].Path != "/v1/orders" {
		t.Errorf("called: %+v", backend.Requests())
	}
}
