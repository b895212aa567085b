package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/dapr/daprtest"
	"assay.dev/assay/workloads/internal/events"
	"assay.dev/assay/workloads/internal/httpx"
	"assay.dev/assay/workloads/todo-backend/internal/outbox"
	"assay.dev/assay/workloads/todo-backend/internal/task"
)

const alice = "7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11"

var milk = task.Fields{Title: "Milk", Priority: "low", Tags: []string{}}

// newStore makes one process's store over the shared state.
func newStore(state dapr.State) *Store {
	box := outbox.New(state, daprtest.NewPublisher(), slog.New(slog.DiscardHandler), prometheus.NewRegistry(), time.Now)
	return New(state, box, events.Defaults(), time.Now)
}

func retitle(title string) task.Edit {
	return func(t task.Task) (task.Fields, error) {
		f := t.Fields()
		f.Title = title
		return f, nil
	}
}

// waiting returns the types of the task's events in the outbox.
func waiting(t *testing.T, state dapr.State, taskID string) []string {
	t.Helper()
	key := outbox.Key(outbox.Shard(taskID))
	items, err := state.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Entries []struct {
			TaskID string `json:"task_id"`
			Event  struct {
				Type string `json:"type"`
			} `json:"event"`
		} `json:"entries"`
	}
	if err := json.Unmarshal(items[key].Value, &doc); err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, e := range doc.Entries {
		if e.TaskID == taskID {
			types = append(types, e.Event.Type)
		}
	}
	return types
}

func status(err error) int {
	var p *httpx.Problem
	if errors.As(err, &p) {
		return p.Status
	}
	return 0
}

func TestAChangeAndItsEventsAreStoredTogether(t *testing.T) {
	state := daprtest.NewState()
	s := newStore(state)
	v, _, err := s.Create(t.Context(), alice, milk, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"task.created", "task.sync"}, waiting(t, state, v.TaskID)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	state.Fail(errors.New("store is down"))
	if _, err := s.Update(t.Context(), v.TaskID, "", retitle("Tea")); status(err) != http.StatusServiceUnavailable {
		t.Errorf("Update = %v", err)
	}
	if got := waiting(t, state, v.TaskID); len(got) != 2 {
		t.Errorf("a failed change left events: %v", got)
	}
	if err := s.Delete(t.Context(), v.TaskID, ""); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"task.created", "task.sync", "task.deleted", "task.sync"}, waiting(t, state, v.TaskID)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTwoProcessesLoseNoUpdate(t *testing.T) {
	state := daprtest.NewState()
	stores := []*Store{newStore(state), newStore(state)}
	v, _, err := stores[0].Create(t.Context(), alice, task.Fields{Title: "Milk", Priority: "low", Tags: []string{}}, "")
	if err != nil {
		t.Fatal(err)
	}
	const each = 10
	tag := func(name string) task.Edit {
		return func(t task.Task) (task.Fields, error) {
			f := t.Fields()
			f.Tags = append(append([]string{}, f.Tags...), name)
			return f, nil
		}
	}
	var writers sync.WaitGroup
	for n, s := range stores {
		writers.Go(func() {
			for i := range each {
				// A 503 after too many conflicts tells the client to repeat.
				for {
					_, err := s.Update(t.Context(), v.TaskID, "", tag(fmt.Sprintf("%d-%d", n, i)))
					if err == nil {
						break
					}
					if status(err) != http.StatusServiceUnavailable {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	writers.Wait()
	got, err := stores[1].Get(t.Context(), v.TaskID)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Tags) != len(stores)*each {
		t.Errorf("%d tags, want %d: %v", len(got.Tags), len(stores)*each, got.Tags)
	}
	if n := len(waiting(t, state, v.TaskID)); n != 2*(1+len(stores)*each) {
		t.Errorf("%d events wait", n)
	}
}

// lost lets the answer to the next applied transaction get lost, in the way
// that the sidecar reports it: the keys changed meanwhile.
func lost(state *daprtest.State) {
	once := true
	state.AfterCommit = func() error {
		if once {
			once = false
			return fmt.Errorf("%w: deadline exceeded", dapr.ErrConflict)
		}
		return nil
	}
}

func TestAStoredChangeWhoseAnswerWasLostIsNotDoneTwice(t *testing.T) {
	state := daprtest.NewState()
	s := newStore(state)
	lost(state)
	v, created, err := s.Create(t.Context(), alice, milk, "")
	if err != nil || !created {
		t.Fatalf("Create = %v, %v", created, err)
	}
	lost(state)
	if v, err = s.Update(t.Context(), v.TaskID, "", retitle("Tea")); err != nil || v.Title != "Tea" {
		t.Fatalf("Update = %+v, %v", v, err)
	}
	if diff := cmp.Diff([]string{"task.created", "task.sync", "task.updated", "task.sync"}, waiting(t, state, v.TaskID)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	lost(state)
	// Nothing in the store tells whose deletion it was, so the answer is open.
	if err := s.Delete(t.Context(), v.TaskID, ""); status(err) != http.StatusServiceUnavailable {
		t.Errorf("Delete = %v", err)
	}
	if err := s.Delete(t.Context(), v.TaskID, ""); status(err) != http.StatusNotFound {
		t.Errorf("Delete again = %v", err)
	}
}

func TestTheUsersIndexIsBounded(t *testing.T) {
	state := daprtest.NewState()
	ids := make([]string, maxIndexShard)
	value, err := json.Marshal(index{TaskIDs: ids})
	if err != nil {
		t.Fatal(err)
	}
	for shard := range indexShards {
		if err := state.Transact(t.Context(), dapr.Op{Key: indexShardKey(alice, shard), Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := newStore(state).Create(t.Context(), alice, milk, ""); status(err) != http.StatusConflict {
		t.Errorf("Create = %v", err)
	}
}
