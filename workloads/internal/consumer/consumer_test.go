package consumer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"assay.dev/assay/workloads/internal/events"
	"assay.dev/assay/workloads/internal/tracing"
)

var reminder = events.Defaults().NewReminder("0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c10", time.Unix(1771147800, 0), events.Reminder{
	TaskID: "01946f2e-7c00-7000-8000-000000000001", UserID: "7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11",
	ScheduledTime: time.Unix(1771151400, 0), ReminderType: events.ReminderCustom,
})

func marshal(t *testing.T) []byte {
	t.Helper()
	raw, err := reminder.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func delivery(raw []byte) *http.Request {
	req := httptest.NewRequest(http.MethodPost, "/events/reminders", bytes.NewReader(raw))
	req.RemoteAddr = "127.0.0.1:40000"
	return req
}

func TestAnswersFollowTheOutcome(t *testing.T) {
	valid := marshal(t)
	for name, tc := range map[string]struct {
		raw    []byte
		result Result
		err    error
		code   int
		status string
		label  string
	}{
		"processed":    {valid, Processed, nil, 200, "SUCCESS", "processed"},
		"duplicate":    {valid, Duplicate, nil, 200, "SUCCESS", "duplicate"},
		"ignored":      {valid, Ignored, nil, 200, "SUCCESS", "ignored"},
		"may heal":     {valid, "", errors.New("store is down"), 503, "RETRY", "retried"},
		"cannot heal":  {valid, "", fmt.Errorf("%w: bad pattern", ErrDrop), 200, "DROP", "dropped"},
		"invalid":      {bytes.Replace(valid, []byte("custom"), []byte("email"), 1), Processed, nil, 200, "DROP", "dropped"},
		"undecodable":  {[]byte{0xff}, Processed, nil, 200, "DROP", "dropped"},
		"wrong family": {[]byte(`{"specversion":"1.0","type":"task.sync"}`), Processed, nil, 200, "DROP", "dropped"},
	} {
		t.Run(name, func(t *testing.T) {
			metrics := NewMetrics(prometheus.NewRegistry())
			called := false
			h := Handle(slog.New(slog.DiscardHandler), metrics, events.Defaults().ParseReminder,
				func(_ context.Context, e events.Envelope[events.Reminder]) (Result, error) {
					called = true
					if e.ID != reminder.ID {
						t.Errorf("id = %s", e.ID)
					}
					return tc.result, tc.err
				})
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, delivery(tc.raw))
			if rec.Code != tc.code || !strings.Contains(rec.Body.String(), `"status":"`+tc.status+`"`) {
				t.Errorf("answer %d %s, want %d %s", rec.Code, rec.Body, tc.code, tc.status)
			}
			if bytes.Equal(tc.raw, valid) != called {
				t.Errorf("process called: %v", called)
			}
			eventType := "invalid"
			if called {
				eventType = "reminder.scheduled"
			}
			var counted dto.Metric
			if err := metrics.deliveries.WithLabelValues(eventType, tc.label).Write(&counted); err != nil {
				t.Fatal(err)
			}
			if n := counted.GetCounter().GetValue(); n != 1 {
				t.Errorf("counter %s/%s = %v", eventType, tc.label, n)
			}
		})
	}
}

func TestOnlyTheOwnSidecarDelivers(t *testing.T) {
	h := Handle(slog.New(slog.DiscardHandler), NewMetrics(prometheus.NewRegistry()), events.Defaults().ParseReminder,
		func(context.Context, events.Envelope[events.Reminder]) (Result, error) {
			t.Error("a forged delivery was processed")
			return Processed, nil
		})
	other := delivery(marshal(t))
	other.RemoteAddr = "10.0.1.7:40000"
	invoked := delivery(marshal(t))
	invoked.Header.Set("Dapr-Caller-App-Id", "someone")
	for _, req := range []*http.Request{other, invoked} {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		if rec.Code != http.StatusForbidden {
			t.Errorf("from %s: %d, want 403", req.RemoteAddr, rec.Code)
		}
	}
}

func TestTheEventsTraceGoesOn(t *testing.T) {
	traced := reminder
	traced.Trace = events.TraceOf(map[string]string{"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
	raw, err := traced.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	seen := ""
	h := Handle(slog.New(slog.DiscardHandler), NewMetrics(prometheus.NewRegistry()), events.Defaults().ParseReminder,
		func(ctx context.Context, _ events.Envelope[events.Reminder]) (Result, error) {
			seen = tracing.Map(ctx)["traceparent"]
			return Processed, nil
		})
	h.ServeHTTP(httptest.NewRecorder(), delivery(raw))
	if !strings.HasPrefix(seen, "00-4bf92f3577b34da6a3ce929d0e0e4736-") {
		t.Errorf("traceparent = %q", seen)
	}
}

func TestTheLogNamesRulesNotValues(t *testing.T) {
	var out bytes.Buffer
	h := Handle(slog.New(slog.NewJSONHandler(&out, nil)), NewMetrics(prometheus.NewRegistry()), events.Defaults().ParseReminder,
		func(context.Context, events.Envelope[events.Reminder]) (Result, error) { return Processed, nil })
	raw := bytes.Replace(marshal(t), []byte(`"custom"`), []byte(`"hunter2"`), 1)
	h.ServeHTTP(httptest.NewRecorder(), delivery(raw))
	if !strings.Contains(out.String(), "/data/reminder_type") || strings.Contains(out.String(), "hunter2") {
		t.Errorf("log: %s", out.String())
	}
}
