package httpx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"assay.dev/assay/workloads/internal/strictjson"
)

func get(h http.Handler, path string, header http.Header) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodGet, path, nil)
	for name, values := range header {
		req.Header[name] = values
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec
}

func TestErrorsBecomeProblems(t *testing.T) {
	_, syntax := strictjson.Parse([]byte("{"))
	for name, tc := range map[string]struct {
		err        error
		status     int
		slug       string
		retryAfter string
	}{
		"not found":   {NotFound("x"), 404, "not-found", ""},
		"wrapped":     {fmt.Errorf("ctx: %w", NotFound("x")), 404, "not-found", ""},
		"unavailable": {Unavailable("x", 3*time.Second), 503, "unavailable", "3"},
		"syntax":      {FromDocument(syntax), 400, "malformed-json", ""},
		"violations":  {FromDocument(&strictjson.InvalidError{Violations: []strictjson.Violation{{Pointer: "/a", Detail: "b"}}}), 422, "invalid-document", ""},
		"other":       {FromDocument(errors.New("secret cause")), 500, "internal", ""},
	} {
		rec := get(Handler(func(http.ResponseWriter, *http.Request) error { return tc.err }), "/", nil)
		if rec.Code != tc.status || rec.Header().Get("Content-Type") != "application/problem+json" || rec.Header().Get("Retry-After") != tc.retryAfter {
			t.Errorf("%s: %d %v", name, rec.Code, rec.Header())
		}
		var got Problem
		if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Type != "/problems/"+tc.slug || got.Status != tc.status || got.Title == "" {
			t.Errorf("%s: %+v", name, got)
		}
		if strings.Contains(rec.Body.String(), "secret") {
			t.Errorf("%s: the cause leaks: %s", name, rec.Body)
		}
	}
}

func TestReadBody(t *testing.T) {
	for name, tc := range map[string]struct {
		contentType, body string
		status            int
	}{
		"plain":      {"application/json", `{}`, 200},
		"charset":    {"application/json; charset=utf-8", `{}`, 200},
		"none":       {"", `{}`, 415},
		"wrong":      {"text/plain", `{}`, 415},
		"too large":  {"application/json", strings.Repeat("x", MaxBody+1), 413},
		"just right": {"application/json", strings.Repeat("x", MaxBody), 200},
	} {
		req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(tc.body))
		req.Header.Set("Content-Type", tc.contentType)
		rec := httptest.NewRecorder()
		Handler(func(w http.ResponseWriter, r *http.Request) error {
			_, err := ReadBody(w, r, "application/json")
			return err
		}).ServeHTTP(rec, req)
		if rec.Code != tc.status {
			t.Errorf("%s: %d, want %d", name, rec.Code, tc.status)
		}
	}
}

func TestOpsEndpoints(t *testing.T) {
	registry := prometheus.NewRegistry()
	ready := &Ready{Check: func(context.Context) error { return nil }}
	mux := http.NewServeMux()
	RegisterOps(mux, ready, registry)

	if rec := get(mux, "/healthz", nil); rec.Code != 200 {
		t.Errorf("healthz = %d", rec.Code)
	}
	if rec := get(mux, "/readyz", nil); rec.Code != 200 {
		t.Errorf("readyz = %d", rec.Code)
	}
	if rec := get(mux, "/metrics", nil); rec.Code != 200 {
		t.Errorf("metrics = %d", rec.Code)
	}
	if rec := get(mux, "/metrics", http.Header{"X-Forwarded-For": {"203.0.113.9"}}); rec.Code != 404 {
		t.Errorf("metrics through the ingress = %d, want 404", rec.Code)
	}

	ready.Check = func(context.Context) error { return errors.New("no sidecar") }
	if rec := get(mux, "/readyz", nil); rec.Code != 503 || !strings.Contains(rec.Body.String(), "no sidecar") {
		t.Errorf("readyz without the dependency = %d %s", rec.Code, rec.Body)
	}
	ready.Check = nil
	ready.Drain()
	if rec := get(mux, "/readyz", nil); rec.Code != 503 {
		t.Errorf("readyz while draining = %d", rec.Code)
	}
	if rec := get(mux, "/healthz", nil); rec.Code != 200 {
		t.Errorf("healthz while draining = %d", rec.Code)
	}
}

func TestInstrumentLogsWithoutUserData(t *testing.T) {
	var out bytes.Buffer
	registry := prometheus.NewRegistry()
	instrument := NewInstrument(slog.New(slog.NewJSONHandler(&out, nil)), registry)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /things/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("id") == "panic" {
			panic("boom")
		}
		w.WriteHeader(http.StatusTeapot)
	})
	h := instrument.Wrap(mux)

	header := http.Header{"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, "Authorization": {"Bearer hunter2"}}
	if rec := get(h, "/things/private?q=hunter2", header); rec.Code != 418 {
		t.Errorf("code = %d", rec.Code)
	}
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	if line["route"] != "GET /things/{id}" || line["status"] != 418.0 || line["trace_id"] != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("log line %v", line)
	}
	if strings.Contains(out.String(), "private") || strings.Contains(out.String(), "hunter2") {
		t.Errorf("user data in the log: %s", out.String())
	}

	if rec := get(h, "/things/panic", nil); rec.Code != 500 {
		t.Errorf("panic answered %d", rec.Code)
	}
	families, err := registry.Gather()
	if err != nil || len(families) != 1 || len(families[0].GetMetric()) != 2 {
		t.Errorf("metrics %v, %v", families, err)
	}
}

func TestTimeoutEndsTheContext(t *testing.T) {
	var err error
	get(Timeout(time.Millisecond, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		err = r.Context().Err()
	})), "/", nil)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
}
