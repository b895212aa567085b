package observe

import (
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec"
)

// memory is a history in memory, for several goroutines.
type memory struct {
	mu    sync.Mutex
	clock history.Clock
	seen  history.History
}

func newMemory() *memory { return &memory{clock: history.NewClock()} }

func (m *memory) Now() history.Nanos { return m.clock.Now() }

func (m *memory) Write(e history.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen.Write(e)
}

// patience is how long clients wait for an answer that comes, on a loaded machine, too.
const patience = 10 * time.Second

// door is an ingress that answers by handler, and a client of it.
func door(t *testing.T, log Log, timeout time.Duration, handler http.HandlerFunc) *IngressClient {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	ingress := NewIngressClient(log, IngressOptions{
		Address: strings.TrimPrefix(server.URL, "https://"), Host: "example.com", Roots: roots,
		Timeout: timeout,
	})
	t.Cleanup(ingress.Close)
	return ingress
}

func TestAnswersAreToldApart(t *testing.T) {
	log := newMemory()
	answers := func(w http.ResponseWriter, r *http.Request) {
		if r.Host != "example.com" || !strings.HasPrefix(r.Header.Get("Traceparent"), "00-") {
			t.Errorf("asked %s with %v", r.Host, r.Header)
		}
		switch r.URL.Path {
		case "/slow":
			<-r.Context().Done()
		case "/cut":
			panic(http.ErrAbortHandler)
		case "/made":
			w.Header().Set("ETag", `"e1"`)
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{"order":{"id":"t1"}}`))
		case "/moved":
			http.Redirect(w, r, "/made", http.StatusMovedPermanently)
		case "/bad":
			w.WriteHeader(http.StatusUnprocessableEntity)
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
	ingress, hurried := door(t, log, patience, answers), door(t, log, 200*time.Millisecond, answers)
	for _, want := range []struct {
		path   string
		result history.Result
		status int
	}{
		{"/made", history.Accepted, 201},
		{"/moved", history.Refused, 301},
		{"/bad", history.Refused, 422},
		{"/busy", history.Unknown, 503},
		{"/slow", history.Unknown, 0},
		{"/cut", history.Unknown, 0},
	} {
		client := ingress
		if want.path == "/slow" {
			client = hurried
		}
		answer, err := client.Do(t.Context(), Call{Method: http.MethodPost, Path: want.path, Change: "place", User: "u", Counts: map[string]int{"shipments": 2},
			KeyAt: spec.Place{Body: "order.id"}, EventAt: spec.Place{Header: "ETag"}})
		if err != nil {
			t.Fatal(err)
		}
		if answer.Result != want.result || answer.Status != want.status || (want.status == 0) != (answer.Error != "") {
			t.Errorf("%s: %s with %d %q, want %s with %d", want.path, answer.Result, answer.Status, answer.Error, want.result, want.status)
		}
	}
	if len(log.seen.Requests) != 6 {
		t.Fatalf("%d requests in the history", len(log.seen.Requests))
	}
	if made := log.seen.Requests[0]; made.Event != "e1" || made.Key != "t1" || made.User != "u" || made.Counts["shipments"] != 2 || len(made.TraceID) != 32 || made.End < made.Start {
		t.Errorf("recorded %+v", made)
	}
	if bad := log.seen.Requests[2]; bad.Event != "" || bad.Key != "" {
		t.Errorf("a refused change has an event: %+v", bad)
	}
}

func TestAnIngressOfAnotherNameIsNotTrusted(t *testing.T) {
	log := newMemory()
	ingress := door(t, log, patience, func(http.ResponseWriter, *http.Request) { t.Error("asked") })
	stranger := NewIngressClient(log, IngressOptions{Address: "127.0.0.1:1", Host: "shop.local", Roots: x509.NewCertPool(), Timeout: time.Second})
	stranger.client.Transport.(*http.Transport).DialContext = ingress.client.Transport.(*http.Transport).DialContext
	answer, err := stranger.Do(t.Context(), Call{Method: http.MethodGet, Path: "/"})
	if err != nil || answer.Result != history.Unknown || !strings.Contains(answer.Error, "certificate") {
		t.Errorf("answered %+v, %v", answer.Request, err)
	}
}
