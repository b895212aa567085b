// Package consumer answers Dapr's event deliveries.
//
// Dapr reads the answer like this (1.18): 2xx with {"status":"SUCCESS"} commits
// the offset; 2xx with {"status":"DROP"} sends the record to the
// subscription's dead-letter topic at once; any other status but 404 is tried
// again under the inbound retry policy and dead-lettered when that is used up.
// So an event that can never be processed is dropped with its violations in
// the log, and everything that may heal asks for a retry.
package consumer

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/events"
	"assay.dev/assay/workloads/internal/httpx"
	"assay.dev/assay/workloads/internal/strictjson"
	"assay.dev/assay/workloads/internal/tracing"
)

// Result is what became of a valid event.
type Result string

// Outcomes of a handler, and those of this package.
const (
	Processed Result = "processed"
	// Duplicate is an event that was processed before: harmless, counted.
	Duplicate Result = "duplicate"
	// Ignored is a valid event that this service has no work for.
	Ignored Result = "ignored"
	dropped Result = "dropped"
	retried Result = "retried"
)

const (
	// processTimeout bounds one delivery. It is below the 5 s of the inbound
	// Resiliency policy, or Dapr would give up on an answer that comes.
	processTimeout = 4 * time.Second
	// maxEvent bounds an envelope in bytes; Kafka's default for a record is 1 MiB.
	maxEvent = 1 << 20
	// callerHeader is set by Dapr on service invocation.
	callerHeader = "Dapr-Caller-App-Id"
)

// ErrDrop marks an error that no retry can heal: the event is dead-lettered.
var ErrDrop = errors.New("event cannot be processed")

// Metrics counts deliveries.
type Metrics struct{ deliveries *prometheus.CounterVec }

// NewMetrics registers the counters.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	deliveries := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "events_delivered_total",
		Help: "Event deliveries by type and outcome: processed, duplicate, ignored, dropped (to the dead-letter topic), retried.",
	}, []string{"type", "outcome"})
	registry.MustRegister(deliveries)
	return &Metrics{deliveries: deliveries}
}

// Handle serves deliveries of one event family: parse checks the envelope,
// process does the work and must be idempotent by event id.
func Handle[T any](log *slog.Logger, metrics *Metrics,
	parse func([]byte) (events.Envelope[T], error),
	process func(context.Context, events.Envelope[T]) (Result, error),
) http.Handler {
	return httpx.Handler(func(w http.ResponseWriter, r *http.Request) error {
		if !fromOwnSidecar(r) {
			return httpx.NewProblem(http.StatusForbidden, "deliveries-only", "Deliveries only",
				"Events are accepted from this pod's own Dapr sidecar. Publish to the topic instead.")
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvent))
		if err != nil {
			return httpx.Unavailable("The delivery ended early.", time.Second)
		}
		ctx, cancel := context.WithTimeout(r.Context(), processTimeout)
		defer cancel()
		event, err := parse(raw)
		if event.TraceParent != "" {
			ctx = tracing.FromMap(ctx, event.Attributes())
		}
		// The type of an invalid event may be anything and must not become a
		// metric's label.
		eventType, result := "invalid", dropped
		if err == nil {
			eventType = event.Type
			result, err = deliver(ctx, event, process)
		}
		record(ctx, log, metrics, eventType, event.ID, result, err)
		answer(w, result)
		return nil
	})
}

func deliver[T any](ctx context.Context, event events.Envelope[T],
	process func(context.Context, events.Envelope[T]) (Result, error),
) (Result, error) {
	result, err := process(ctx, event)
	switch {
	case errors.Is(err, ErrDrop):
		return dropped, err
	case err != nil:
		return retried, err
	}
	return result, nil
}

// record counts and logs the delivery. Violations name members and rules, not
// values, so the log holds no user's data.
func record(ctx context.Context, log *slog.Logger, metrics *Metrics, eventType, id string, result Result, err error) {
	metrics.deliveries.WithLabelValues(eventType, string(result)).Inc()
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("type", eventType), slog.String("event_id", id),
		slog.String("outcome", string(result)), tracing.LogAttr(ctx),
	}
	if err != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("error", err.Error()))
		var invalid *strictjson.InvalidError
		if errors.As(err, &invalid) {
			attrs = append(attrs, slog.Any("violations", invalid.Violations))
		}
	}
	log.LogAttrs(ctx, level, "event", attrs...)
}

func answer(w http.ResponseWriter, result Result) {
	switch result {
	case dropped:
		httpx.WriteJSON(w, http.StatusOK, map[string]string{"status": "DROP"})
	case retried:
		httpx.WriteJSON(w, http.StatusServiceUnavailable, map[string]string{"status": "RETRY"})
	default:
		httpx.WriteJSON(w, http.StatusOK, map[string]string{"status": "SUCCESS"})
	}
}

// fromOwnSidecar refuses forged deliveries: the sidecar shares the pod's
// loopback, and what it carries for other apps (service invocation) is marked.
func fromOwnSidecar(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() && r.Header.Get(callerHeader) == ""
}
