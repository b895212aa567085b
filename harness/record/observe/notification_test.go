package observe

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"assay.dev/assay/spec"
)

func TestHowFarAScheduledEffectIs(t *testing.T) {
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
	q := Query{URL: worker.URL, Show: spec.Show{Path: "/notifications/{id}", State: "status", Done: "delivered"}}
	for id, want := range map[string]string{"known": "scheduled", "unknown": ""} {
		if got, err := q.state(t.Context(), worker.Client(), id); err != nil || got != want {
			t.Errorf("%s: %q, %v", id, got, err)
		}
	}
	if _, err := q.state(t.Context(), worker.Client(), "broken"); err == nil {
		t.Error("an application that cannot tell counts as one that can")
	}
}
