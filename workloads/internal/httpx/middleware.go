package httpx

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/tracing"
)

// Instrument wraps a service's routes: trace context in, panic to 500, one log
// line and one metric observation per request out.
type Instrument struct {
	Log      *slog.Logger
	requests *prometheus.HistogramVec
	quiet    []string
}

// NewInstrument registers the request metrics. The patterns of deliveries need no line of
// their own: package consumer logs each with more to tell.
func NewInstrument(log *slog.Logger, registry prometheus.Registerer, deliveries ...string) *Instrument {
	requests := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "http_request_duration_seconds",
		Help:    "Time to answer HTTP requests, by route and status.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"route", "code"})
	registry.MustRegister(requests)
	return &Instrument{Log: log, requests: requests, quiet: deliveries}
}

// notes is where handlers leave what the request's log line should tell.
type notes struct{ err error }

type notesKey struct{}

func noteError(ctx context.Context, err error) {
	if n, ok := ctx.Value(notesKey{}).(*notes); ok {
		n.err = err
	}
}

// Wrap instruments next.
func (i *Instrument) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ctx := tracing.FromHeader(r.Context(), r.Header)
		n := &notes{}
		ctx = context.WithValue(ctx, notesKey{}, n)
		r = r.WithContext(ctx)
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if cause := recover(); cause != nil {
				n.err = fmt.Errorf("panic: %v", cause)
				i.Log.LogAttrs(ctx, slog.LevelError, "handler panicked", tracing.LogAttr(ctx), slog.String("stack", string(debug.Stack())))
				if rec.status == 0 {
					WriteProblem(rec, n.err)
				}
			}
			i.finish(r, rec.code(), n.err, time.Since(start))
		}()
		next.ServeHTTP(rec, r)
	})
}

// finish records the request. Its path and query stay out of the log and of
// metric labels: the route's pattern has no user data and few values.
func (i *Instrument) finish(r *http.Request, code int, err error, took time.Duration) {
	route := r.Pattern
	if route == "" {
		route = "none"
	}
	i.requests.WithLabelValues(route, strconv.Itoa(code)).Observe(took.Seconds())
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("route", route), slog.Int("status", code),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000), tracing.LogAttr(r.Context()),
	}
	switch {
	case i.operational(route):
		level = slog.LevelDebug
	case code >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	i.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// operational reports whether the route needs no line of its own, as probes, which ask every
// few seconds.
func (i *Instrument) operational(route string) bool {
	return slices.Contains(i.quiet, route) || strings.HasSuffix(route, " /healthz") || strings.HasSuffix(route, " /readyz") || strings.HasSuffix(route, " /metrics")
}

// recorder remembers the status; Unwrap lets http.ResponseController reach
// Hijack and Flush of the real writer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	// 101 apart, 1xx are announcements before the answer.
	if r.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

// Unwrap implements the contract of http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Timeout bounds the handling of a request. Streams must not be wrapped.
func Timeout(limit time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
