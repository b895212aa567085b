package ociapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"assay.dev/assay/infra/ociapi"
)

// failing is a client of a server whose first call is answered by change.
func failing(t *testing.T, fail http.HandlerFunc, later ...func(*http.Request)) (*ociapi.Client, *atomic.Int64) {
	t.Helper()
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			fail(w, r)
			return
		}
		for _, modify := range later {
			modify(r)
		}
		_, _ = w.Write([]byte(`[{"id": "x"}]`))
	}))
	t.Cleanup(server.Close)
	_, provider := credentials(t)
	client, err := ociapi.New(provider, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return client, &calls
}

func TestAResetConnectionIsTriedAgain(t *testing.T) {
	tests := map[string]http.HandlerFunc{
		"before the answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"in the answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`[{"id": "x"}, `))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
	}
	for name, fail := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, calls := failing(t, fail)
			got, err := client.List(t.Context(), ociapi.VCN, "c", nil)
			if err != nil || len(got) != 1 || calls.Load() != 2 {
				t.Errorf("listed %v after %d calls: %v", got, calls.Load(), err)
			}
		})
	}
}

func TestRetryAfterIsHonored(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			var first, second string
			client, calls := failing(t, func(w http.ResponseWriter, r *http.Request) {
				first = r.Header.Get("Authorization")
				w.Header().Set("Retry-After", "3")
				w.WriteHeader(status)
			}, func(r *http.Request) { second = r.Header.Get("Authorization") })
			started := time.Now()
			if _, err := client.List(t.Context(), ociapi.VCN, "c", nil); err != nil {
				t.Error(err)
			}
			if first == second {
				t.Error("the second attempt carries the first one's signature, which ends after five minutes")
			}
			if waited := time.Since(started); waited < 3*time.Second || calls.Load() != 2 {
				t.Errorf("asked again after %s, %d calls", waited, calls.Load())
			}
		})
	}
}

func TestTheLastRefusalIsReturned(t *testing.T) {
	client, _ := failing(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"code": "NotAllowed", "message": "no"}`))
	})
	if _, err := client.List(t.Context(), ociapi.VCN, "c", nil); err == nil || !strings.Contains(err.Error(), "403 NotAllowed: no") {
		t.Errorf("error is %v", err)
	}
}
