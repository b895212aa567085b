package httpx

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// readyTimeout bounds one readiness check; it is below the probes' timeout.
const readyTimeout = 2 * time.Second

// Ready is a service's readiness: what it depends on, and whether it drains.
type Ready struct {
	// Check asks the dependencies; nil means that there are none.
	Check    func(context.Context) error
	draining atomic.Bool
}

// Drain makes the service not ready for good.
func (r *Ready) Drain() { r.draining.Store(true) }

// open reports whether a path is one that RegisterOps adds.
func open(path string) bool {
	return path == "/healthz" || path == "/readyz" || path == "/metrics"
}

// RegisterOps adds /healthz (the process answers), /readyz (it should get
// traffic) and /metrics (Prometheus).
func RegisterOps(mux *http.ServeMux, ready *Ready, gatherer prometheus.Gatherer) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.Handle("GET /readyz", Handler(func(w http.ResponseWriter, r *http.Request) error {
		if ready.draining.Load() {
			return Unavailable("The service is shutting down.", time.Second)
		}
		if ready.Check != nil {
			ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
			defer cancel()
			if err := ready.Check(ctx); err != nil {
				return Unavailable(err.Error(), time.Second)
			}
		}
		WriteJSON(w, http.StatusOK, map[string]string{"status": "ready"})
		return nil
	}))
	mux.Handle("GET /metrics", insideOnly(promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{})))
}

// insideOnly hides metrics from whoever comes through the ingress, whose "/"
// reaches every path of the frontend. Ingress controllers add X-Forwarded-For
// to each request, and a client cannot take it away again.
func insideOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
			WriteProblem(w, NotFound("There is nothing here."))
			return
		}
		next.ServeHTTP(w, r)
	})
}
