package pull

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

// TestACutDownloadContinues breaks the connection in the middle of each layer.
func TestACutDownloadContinues(t *testing.T) {
	var ranges, cuts atomic.Int64
	mirror := mirrorOf(t, func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/blobs/") {
				inner.ServeHTTP(w, r)
				return
			}
			if r.Header.Get("Range") != "" {
				ranges.Add(1)
			}
			answer := httptest.NewRecorder()
			inner.ServeHTTP(answer, r)
			content := answer.Body.Bytes()
			for key, values := range answer.Header() {
				w.Header()[key] = values
			}
			w.WriteHeader(answer.Code)
			if len(content) < 1000 {
				_, _ = w.Write(content)
				return
			}
			_, _ = w.Write(content[:len(content)*2/3])
			if len(content) > 100_000 {
				cuts.Add(1)
				panic(http.ErrAbortHandler)
			}
			_, _ = w.Write(content[len(content)*2/3:])
		})
	})
	push(t, mirror, imageRef, imageFor(t, "amd64"))
	if _, err := puller(t, mirror).Image(t.Context(), io.Discard, imageRef); err != nil {
		t.Fatal(err)
	}
	if cuts.Load() == 0 || ranges.Load() < cuts.Load() {
		t.Errorf("%d downloads were cut, %d were continued", cuts.Load(), ranges.Load())
	}
}

func TestInterruptEndsAPull(t *testing.T) {
	reached := make(chan struct{}, 1)
	mirror := mirrorOf(t, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case reached <- struct{}{}:
			default:
			}
			<-r.Context().Done()
		})
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() { <-reached; cancel(os.ErrProcessDone) }()
	if _, err := puller(t, mirror).Image(ctx, io.Discard, imageRef); err == nil {
		t.Error("an interrupted pull succeeded")
	}
}
