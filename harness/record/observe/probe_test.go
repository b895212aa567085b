package observe

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/probe"
)

// post delivers an event to a probe, as a sidecar would.
func post(t *testing.T, url, topic, event string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/events/"+topic, strings.NewReader(event))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}

// delivered waits until the probe's deliveries are n, and fails the test if they
// are not within a few seconds.
func delivered(t *testing.T, d *Deliveries, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := d.Await(ctx, "deliveries", func(all []probe.Delivery) bool { return len(all) >= n }); err != nil {
		t.Fatal(err)
	}
}

func TestDeliveriesAreRecordedOnceAndInOrder(t *testing.T) {
	server := httptest.NewServer(probe.New("assay-probe"))
	t.Cleanup(server.Close)
	log := newMemory()
	post(t, server.URL, "a", `{"id":"early"}`)
	d := WatchDeliveries(t.Context(), log, http.DefaultClient, server.URL)
	delivered(t, d, 1)
	post(t, server.URL, "a", `{"id":"1","data":{"key":"t"}}`)
	delivered(t, d, 2)
	post(t, server.URL, "b", `{"id":"1"}`)
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := log.seen.Deliveries
	if len(all) != 3 || all[0].ID != "early" || all[1].Key != "t" || all[2].Topic != "b" {
		t.Fatalf("recorded %+v", all)
	}
	if all[1].Group != "assay-probe" || all[1].Answer != history.Success || all[1].Attempt != 1 || all[1].Seen <= 0 || all[1].Seen > log.Now() {
		t.Errorf("recorded %+v", all[1])
	}
	if o := log.seen.Observers; len(o) != 1 || o[0].Lost != "" || len(o[0].Gaps) != 0 {
		t.Errorf("held out: %+v", o)
	}
}

func TestAProbeThatWasStartedAnewLeavesAGap(t *testing.T) {
	var now atomic.Pointer[probe.Server]
	now.Store(probe.New("assay-probe"))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { now.Load().ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	log := newMemory()
	d := WatchDeliveries(t.Context(), log, http.DefaultClient, server.URL)
	post(t, server.URL, "a", `{"id":"before"}`)
	delivered(t, d, 1)
	now.Store(probe.New("assay-probe"))
	server.CloseClientConnections()
	post(t, server.URL, "a", `{"id":"after"}`)
	delivered(t, d, 2)
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := log.seen.Deliveries; len(got) != 2 || got[1].ID != "after" {
		t.Errorf("recorded %+v", got)
	}
	if o := log.seen.Observers[0]; len(o.Gaps) != 1 || !strings.Contains(o.Gaps[0].Why, "restarted") {
		t.Errorf("held out: %+v", o)
	}
}

func TestAProbeThatDoesNotAnswerIsALostObserver(t *testing.T) {
	server := httptest.NewServer(probe.New("assay-probe"))
	log := newMemory()
	d := WatchDeliveries(t.Context(), log, http.DefaultClient, server.URL)
	server.CloseClientConnections()
	server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := d.Await(ctx, "nothing", func([]probe.Delivery) bool { return false }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v", err)
	}
	if err := d.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if o := log.seen.Observers[0]; o.Lost == "" {
		t.Errorf("held out: %+v", o)
	}
}
