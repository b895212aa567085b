package controller

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

func TestReadyIsWhenTheCurrentConfigurationIsLive(t *testing.T) {
	p := NewProgress()
	now, cancel := context.WithCancel(t.Context())
	cancel() // ask without waiting
	expect := func(what, want string) {
		t.Helper()
		err := p.Ready(now)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	expect("at the start", "no configuration is live yet")
	p.Changed()
	one := p.Start()
	expect("in the first step", "no configuration")
	p.Done(one, nil)
	expect("after it", "")
	p.Changed()
	expect("after a change", "being put live")
	two := p.Start()
	p.Changed()
	p.Done(two, nil)
	expect("with a change during the step", "being put live")
	three := p.Start()
	p.Done(three, errors.New("refused"))
	expect("after a step that failed", "refused")
	p.Done(p.Start(), nil)
	expect("after its repetition", "")
	p.Drain()
	expect("at the end", "shutting down")
}

func TestReadyWaitsForWhatWasSeenWhenItWasAsked(t *testing.T) {
	for _, tt := range []struct {
		name string
		then func(*Progress)
		want string
	}{
		{"live", func(p *Progress) { p.Changed(); p.Done(1, nil) }, ""},
		{"failed", func(p *Progress) { p.Done(0, errors.New("refused")) }, "refused"},
		{"draining", (*Progress).Drain, "shutting down"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := NewProgress()
				p.Done(0, nil)
				p.Changed()
				answer := make(chan error, 1)
				go func() { answer <- p.Ready(t.Context()) }()
				synctest.Wait()
				select {
				case err := <-answer:
					t.Fatalf("answered at once: %v", err)
				default:
				}
				tt.then(p)
				err := <-answer
				if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
					t.Errorf("answered %v, want %q", err, tt.want)
				}
			})
		})
	}
}

func TestProbes(t *testing.T) {
	var dead error
	progress := NewProgress()
	server := httptest.NewServer(Health(progress, func(context.Context) error { return dead }))
	defer server.Close()
	expect := func(what string, healthy, ready int) {
		t.Helper()
		for path, want := range map[string]int{"/healthz": healthy, "/readyz": ready} {
			response, err := server.Client().Get(server.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			if err != nil || response.Body.Close() != nil {
				t.Fatal(err)
			}
			if response.StatusCode != want {
				t.Errorf("%s: %s answers %s %s", what, path, response.Status, body)
			}
		}
	}
	dead = errors.New("not started")
	expect("before the first configuration", 200, 503)
	dead = nil
	progress.Done(progress.Start(), nil)
	expect("live", 200, 200)
	progress.Changed()
	expect("changed, and nothing done about it", 200, 503)
	progress.Done(progress.Start(), nil)
	dead = errors.New("hangs")
	expect("NGINX hangs", 503, 503)
	dead = nil
	progress.Drain()
	expect("draining", 200, 503)
}

// TestChangesInQuickSuccessionShareAStep holds the debounce to its bound: the
// step comes no later than the debounce time after the first change.
func TestChangesInQuickSuccessionShareAStep(t *testing.T) {
	q := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
	defer q.ShutDown()
	r := &Reconciler{Progress: NewProgress(), Debounce: 80 * time.Millisecond}
	h := r.onChange()
	start := time.Now()
	changes := time.NewTicker(10 * time.Millisecond)
	defer changes.Stop()
	for range 5 {
		h.Create(t.Context(), event.CreateEvent{Object: fixture.Service("a")}, q)
		h.Update(t.Context(), event.UpdateEvent{ObjectOld: fixture.Service("a"), ObjectNew: fixture.Service("a")}, q)
		h.Delete(t.Context(), event.DeleteEvent{Object: fixture.Service("a")}, q)
		<-changes.C
	}
	request, _ := q.Get()
	took := time.Since(start)
	if request != step || took < r.Debounce || took > r.Debounce+time.Second || q.Len() != 0 {
		t.Errorf("got %v after %v with %d more", request, took, q.Len())
	}
	if r.Progress.Start() != 15 {
		t.Errorf("%d changes were seen", r.Progress.Start())
	}
	now, cancel := context.WithCancel(t.Context())
	cancel()
	if r.Progress.Ready(now) == nil {
		t.Error("ready with changes ahead")
	}
}
