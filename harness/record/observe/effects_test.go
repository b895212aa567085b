package observe

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec"
)

// workers answers as applications do that show their effects: the trail of the key
// "long" has more entries than one page, "n1" is a notification.
func workers(broken *atomic.Int32) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if broken.Add(-1) >= 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		switch {
		case r.URL.Path == "/audit/keys/short":
			_, _ = fmt.Fprint(w, `{"count":2,"entries":[{"event_id":"s1"},{"event_id":"s1"}]}`)
		case r.URL.Path == "/audit/keys/long" && r.URL.Query().Get("from") == "0":
			_, _ = fmt.Fprint(w, `{"count":201,"entries":[`+strings.Repeat(`{"event_id":"x"},`, 199)+`{"event_id":"x"}]}`)
		case r.URL.Path == "/audit/keys/long" && r.URL.Query().Get("from") == "200":
			_, _ = fmt.Fprint(w, `{"count":201,"entries":[{"event_id":"last"}]}`)
		case r.URL.Path == "/audit/events/alone", r.URL.Path == "/notifications/n1":
			_, _ = fmt.Fprint(w, `{}`)
		default:
			http.NotFound(w, r)
		}
	}
}

func readEffects(t *testing.T, broken int32, within time.Duration) *memory {
	t.Helper()
	var left atomic.Int32
	left.Store(broken)
	server := httptest.NewServer(workers(&left))
	t.Cleanup(server.Close)
	log := newMemory()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	capture := func(topic, key, id string) Capture {
		return Capture{Record: history.Record{Topic: topic, EventKey: key, ID: id}}
	}
	audit := spec.Show{Kind: spec.AuditQuery, Path: "/audit/events/{id}", Trail: "/audit/keys/{key}?from={from}", Entries: "entries", Count: "count", ID: "event_id"}
	notified := spec.Show{Kind: spec.Notifications, Path: "/notifications/{id}"}
	err := Effects{
		Log: log, Client: server.Client(), Retry: time.Millisecond,
		Queries: []Query{{Group: "audit", Topic: "orders", URL: server.URL, Show: audit}, {Group: "notifier", Topic: "shipments", URL: server.URL, Show: notified}},
	}.Read(ctx, []Capture{
		capture("orders", "short", "s1"), capture("orders", "short", "s2"), capture("orders", "short", "s1"),
		capture("orders", "long", "last"), capture("orders", "none", "lost"), capture("orders", "", "alone"),
		capture("shipments", "short", "n1"), capture("shipments", "short", "n2"), capture("updates", "short", "u1"),
		capture("orders", "short", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func TestEffectsAreCounted(t *testing.T) {
	for _, broken := range []int32{0, 5} {
		log := readEffects(t, broken, 5*time.Second)
		got := map[string]int{}
		for _, e := range log.seen.Effects {
			got[e.Group+" "+e.ID] = e.Times
		}
		want := map[string]int{
			"audit s1": 2, "audit s2": 0, "audit last": 1, "audit lost": 0, "audit alone": 1,
			"notifier n1": 1, "notifier n2": 0,
		}
		if len(log.seen.Effects) != len(want) || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%d failures: %v, want %v", broken, got, want)
		}
		if o := log.seen.Observers; len(o) != 1 || o[0].Lost != "" {
			t.Errorf("held out: %+v", o)
		}
	}
}

func TestWorkersThatDoNotAnswerAreALostObserver(t *testing.T) {
	log := readEffects(t, 1<<30, 50*time.Millisecond)
	if o := log.seen.Observers; len(o) != 1 || !strings.Contains(o[0].Lost, "503") {
		t.Errorf("held out: %+v", o)
	}
	if n := len(log.seen.Effects); n != 0 {
		t.Errorf("%d effects of workers that did not answer", n)
	}
}
