// Package tracing carries the W3C trace context (traceparent, tracestate)
// through the services: from a request or an event into the context, the log
// and every call that follows. It exports no spans; Dapr does that.
package tracing

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// propagator reads and writes traceparent and tracestate (W3C Trace Context).
var propagator = propagation.TraceContext{}

// FromHeader returns ctx with the trace of the header; without a valid one it
// starts a new trace, so that every log line and event has a trace id.
func FromHeader(ctx context.Context, header http.Header) context.Context {
	return child(propagator.Extract(ctx, propagation.HeaderCarrier(header)))
}

// FromMap is FromHeader for a pair stored or received as plain attributes.
func FromMap(ctx context.Context, attributes map[string]string) context.Context {
	return child(propagator.Extract(ctx, propagation.MapCarrier(attributes)))
}

// child gives the step that this service does a span id of its own.
func child(ctx context.Context) context.Context {
	parent := trace.SpanContextFromContext(ctx)
	config := trace.SpanContextConfig{
		TraceID:    parent.TraceID(),
		TraceFlags: parent.TraceFlags(),
		TraceState: parent.TraceState(),
	}
	if !parent.IsValid() {
		_, _ = rand.Read(config.TraceID[:]) // never fails since Go 1.24
		config.TraceFlags = trace.FlagsSampled
	}
	_, _ = rand.Read(config.SpanID[:])
	return trace.ContextWithSpanContext(ctx, trace.NewSpanContext(config))
}

// Map returns the context's trace as attributes, empty when it has none.
func Map(ctx context.Context) map[string]string {
	attributes := propagation.MapCarrier{}
	propagator.Inject(ctx, attributes)
	return attributes
}

// Inject writes the context's trace into the header.
func Inject(ctx context.Context, header http.Header) {
	propagator.Inject(ctx, propagation.HeaderCarrier(header))
}

// LogAttr is the trace id as a log attribute.
func LogAttr(ctx context.Context) slog.Attr {
	return slog.String("trace_id", trace.SpanContextFromContext(ctx).TraceID().String())
}
