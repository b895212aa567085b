package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/dapr/daprtest"
	"assay.dev/assay/workloads/internal/events"
)

const taskID = "01946f2e-7c00-7000-8000-000000000001"

var at = time.Date(2026, 2, 15, 9, 30, 0, 0, time.UTC)

func event(n int, title string) events.Envelope[events.Task] {
	return events.Defaults().NewTask(events.Updated, fmt.Sprintf("0a2f9d6e-0f4b-4c43-9a51-%012d", n), at, events.Task{
		TaskID: taskID, UserID: "7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11", Title: title, Priority: "low", Tags: []string{},
	})
}

func get(l *Log, path string) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	l.Register(mux)
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
	return rec
}

// trailOf returns the event ids of the task's trail.
func trailOf(t *testing.T, l *Log) []string {
	t.Helper()
	var trail struct {
		Entries []Entry `json:"entries"`
	}
	rec := get(l, "/audit/tasks/"+taskID)
	if err := json.Unmarshal(rec.Body.Bytes(), &trail); err != nil || rec.Code != 200 {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	ids := []string{}
	for _, e := range trail.Entries {
		ids = append(ids, e.EventID)
	}
	return ids
}

func TestEntriesAreAppendedOnceAndFound(t *testing.T) {
	l := New(daprtest.NewState(), func() time.Time { return at.Add(time.Second) })
	for i, tc := range []struct {
		event events.Envelope[events.Task]
		want  consumer.Result
	}{
		{event(1, "Milk"), consumer.Processed},
		{event(2, "Tea"), consumer.Processed},
		{event(1, "Milk"), consumer.Duplicate},
	} {
		if got, err := l.Handle(t.Context(), tc.event); err != nil || got != tc.want {
			t.Errorf("%d: %v, %v, want %v", i, got, err, tc.want)
		}
	}
	if diff := cmp.Diff([]string{event(1, "").ID, event(2, "").ID}, trailOf(t, l)); diff != "" {
		t.Errorf("trail (-want +got):\n%s", diff)
	}
	var got Entry
	rec := get(l, "/audit/events/"+event(1, "").ID)
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != 200 {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	e := event(1, "Milk")
	want := Entry{EventID: e.ID, Type: e.Type, Time: e.Time, ReceivedAt: at.Add(time.Second), Data: e.Data}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
}

func TestAnotherEventUnderAKnownIDIsDroppedAndTheFirstStands(t *testing.T) {
	l := New(daprtest.NewState(), time.Now)
	if _, err := l.Handle(t.Context(), event(1, "Milk")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Handle(t.Context(), event(1, "Forged")); !errors.Is(err, consumer.ErrDrop) {
		t.Errorf("Handle = %v, want a drop", err)
	}
	var got Entry
	if err := json.Unmarshal(get(l, "/audit/events/"+event(1, "").ID).Body.Bytes(), &got); err != nil || got.Data.Title != "Milk" {
		t.Errorf("entry %+v, %v", got, err)
	}
}

func TestConflictsAreRepeatedAndOutagesRetried(t *testing.T) {
	state := daprtest.NewState()
	l := New(state, time.Now)
	state.Fail(dapr.ErrConflict, dapr.ErrConflict)
	if got, err := l.Handle(t.Context(), event(1, "Milk")); err != nil || got != consumer.Processed {
		t.Errorf("after conflicts: %v, %v", got, err)
	}
	state.Fail(errors.New("store is down"))
	if _, err := l.Handle(t.Context(), event(2, "Milk")); err == nil || errors.Is(err, consumer.ErrDrop) {
		t.Errorf("outage: %v, want a retry", err)
	}
	state.GetFaults.Fail(errors.New("store is down"))
	if rec := get(l, "/audit/tasks/"+taskID); rec.Code != http.StatusServiceUnavailable {
		t.Errorf("query during an outage: %d", rec.Code)
	}
}

func TestALongTrailIsPaged(t *testing.T) {
	l := New(daprtest.NewState(), time.Now)
	const n = maxPage + 5
	for i := range n {
		if _, err := l.Handle(t.Context(), event(i, "Milk")); err != nil {
			t.Fatal(err)
		}
	}
	for from, want := range map[int]int{0: maxPage, maxPage: 5, n: 0, n + 100: 0} {
		var got answer
		rec := get(l, fmt.Sprintf("/audit/tasks/%s?from=%d", taskID, from))
		if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || got.Count != n || len(got.Entries) != want {
			t.Errorf("from %d: %d of %d entries, %v", from, len(got.Entries), got.Count, err)
		}
	}
	for _, bad := range []string{"-1", "x"} {
		if rec := get(l, "/audit/tasks/"+taskID+"?from="+bad); rec.Code != http.StatusBadRequest {
			t.Errorf("from=%s: %d", bad, rec.Code)
		}
	}
}

func TestConcurrentEventsOfOneTask(t *testing.T) {
	l := New(daprtest.NewState(), time.Now)
	const n = 4
	var workers sync.WaitGroup
	for i := range n {
		workers.Go(func() {
			for {
				_, err := l.Handle(t.Context(), event(i, "Milk"))
				if err == nil {
					return
				}
			}
		})
	}
	workers.Wait()
	if got := trailOf(t, l); len(got) != n {
		t.Errorf("trail %v", got)
	}
}

func TestQueriesForWhatIsNotThere(t *testing.T) {
	l := New(daprtest.NewState(), time.Now)
	for path, want := range map[string]int{
		"/audit/events/" + taskID: 404, "/audit/events/x": 404, "/audit/tasks/x": 404, "/audit/tasks/" + taskID: 200,
	} {
		if rec := get(l, path); rec.Code != want {
			t.Errorf("%s: %d, want %d", path, rec.Code, want)
		}
	}
	mux := http.NewServeMux()
	l.Register(mux)
	for _, method := range []string{http.MethodPut, http.MethodPost, http.MethodDelete} {
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, httptest.NewRequest(method, "/audit/events/"+taskID, nil))
		if rec.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d, want 405", method, rec.Code)
		}
	}
}
