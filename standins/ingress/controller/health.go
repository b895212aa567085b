package controller

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// settleTimeout is how long a probe waits for changes that are being put live,
// which takes the debounce time and a reload.
const settleTimeout = 2 * time.Second

// Health answers the probes of a pod: /healthz while the data plane answers,
// or has not been started yet, and /readyz while the current configuration is
// live. Failures are 503 with the reason as text.
func Health(progress *Progress, alive func(context.Context) error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		var err error
		if progress.started() {
			err = alive(r.Context())
		}
		answer(w, err)
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), settleTimeout)
		defer cancel()
		err := progress.Ready(ctx)
		if err == nil {
			err = alive(r.Context())
		}
		answer(w, err)
	})
	return mux
}

func answer(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, err)
		return
	}
	fmt.Fprintln(w, "ok")
}
