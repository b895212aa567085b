package observe

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestWhatBecameOfAReminder(t *testing.T) {
	worker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/notifications/known":
			_, _ = w.Write([]byte(`{"event_id":"known","status":"scheduled"}`))
		case "/notifications/broken":
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer worker.Close()
	for id, want := range map[string]string{"known": "scheduled", "unknown": ""} {
		if got, err := notification(t.Context(), worker.Client(), worker.URL, id); err != nil || got != want {
			t.Errorf("%s: %q, %v", id, got, err)
		}
	}
	if _, err := notification(t.Context(), worker.Client(), worker.URL, "broken"); err == nil {
		t.Error("a worker that cannot tell counts as one that can")
	}
}
