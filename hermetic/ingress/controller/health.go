package controller

import (
	"context"
	"fmt"
	"net/http"
)

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
		err := progress.Ready()
		if err == nil {
			err = alive(r.Context())
		}
		answer(w, err)
	})
	return mux
}

func (p *Progress) started() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.applied
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
