package fault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/spec"
)

// fakeTraffic counts what faults ask it for.
type fakeTraffic struct {
	calls []string
	err   error
	// swollen is called while tasks are made.
	swollen func(ctx context.Context)
}

func (f *fakeTraffic) call(what string) { f.calls = append(f.calls, what) }

func (f *fakeTraffic) Poison(_ context.Context, topic string, _ []Record) (int32, int64, error) {
	f.call("poison " + topic)
	return 0, 7, f.err
}

func (f *fakeTraffic) Burst(ctx context.Context) (int64, error) {
	f.call("burst")
	if f.swollen != nil {
		f.swollen(ctx)
	}
	return 9, f.err
}
func (f *fakeTraffic) Silence() error { f.call("silence"); return f.err }
func (f *fakeTraffic) Schedule(context.Context, time.Time) (string, error) {
	f.call("remind")
	return "task", f.err
}

func (f *fakeTraffic) Scheduled(context.Context, string) (string, bool, error) {
	return "scheduled", false, f.err
}

// TestPoisonedRecordsAreEachTheirOwn holds the records against what the judge has to tell
// apart: equal bytes without an id only where a tombstone has none.
func TestPoisonedRecordsAreEachTheirOwn(t *testing.T) {
	var values []string
	ending := 0
	for _, r := range poisonedRecords() {
		var decoded any = "something"
		if err := json.Unmarshal(r.Value, &decoded); r.Value != nil && (err != nil || decoded != nil) {
			t.Errorf("%s: %q is not the null of JSON", r.What, r.Value)
		}
		trace := slices.ContainsFunc(r.Headers, func(h RecordHeader) bool {
			return slices.Contains([]string{"traceparent", "tracestate", "traceid"}, h.Name)
		})
		if r.Value != nil && trace {
			ending++
		}
		if r.Value != nil && slices.Contains(values, string(r.Value)) {
			t.Errorf("%s: the bytes %q are there twice", r.What, r.Value)
		}
		values = append(values, string(r.Value))
	}
	if ending < 2 || !slices.Contains(values, "") {
		t.Errorf("%d records that end a sidecar among %q", ending, values)
	}
}

func TestAnInvolvedFaultNeedsTraffic(t *testing.T) {
	lab := newLab(t)
	for _, name := range []string{"poison-headers", "outage-then-silence", "clock-leap-back"} {
		made, err := New(lab, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, involved := made.(Involved); !involved {
			t.Errorf("%s takes no part in the traffic", name)
		}
		if err := made.Prepare(t.Context()); err == nil || !strings.Contains(err.Error(), "traffic") {
			t.Errorf("%s without traffic: %v", name, err)
		}
	}
}

func TestASidecarThatEndedIsSeen(t *testing.T) {
	status := func(change func(*corev1.ContainerStatus)) *corev1.Pod {
		s := corev1.ContainerStatus{Name: spec.DaprContainer, RestartCount: 1, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
		change(&s)
		return &corev1.Pod{Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{s}}}
	}
	ended := &corev1.ContainerStateTerminated{ExitCode: 2, Reason: "Error"}
	for _, c := range []struct {
		name string
		pod  *corev1.Pod
		want string
	}{
		{"it runs", status(func(*corev1.ContainerStatus) {}), ""},
		{"it ended and was not started again", status(func(s *corev1.ContainerStatus) { s.State = corev1.ContainerState{Terminated: ended} }), "exit code 2"},
		{"it was started again", status(func(s *corev1.ContainerStatus) {
			s.RestartCount, s.LastTerminationState = 3, corev1.ContainerState{Terminated: ended}
		}), "2 restarts"},
		{"it ended before the fault", status(func(s *corev1.ContainerStatus) { s.LastTerminationState = corev1.ContainerState{Terminated: ended} }), ""},
		{"it ended as it was told to", status(func(s *corev1.ContainerStatus) {
			s.RestartCount, s.LastTerminationState = 2, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}
		}), ""},
		{"there is none", &corev1.Pod{}, ""},
	} {
		if got := sidecarEnd(c.pod, 1); (got != "") != (c.want != "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRunsOfPoisonedRecords(t *testing.T) {
	for _, c := range []struct {
		name   string
		marked string // from offset 10 on, x is a poisoned record
		from   int64
		to     int64
	}{
		{"none", "....", 0, 0},
		{"at once", "xxx", 10, 13},
		{"behind others", "..xx.", 12, 14},
		{"the first of two", ".x..x", 11, 12},
	} {
		var run poisonedRun
		for i, mark := range c.marked {
			run.add(10+int64(i), mark == 'x')
		}
		if run.from != c.from || run.to != c.to {
			t.Errorf("%s: %d to %d, want %d to %d", c.name, run.from, run.to, c.from, c.to)
		}
	}
}

func TestABurstEndsWhenEnoughWaits(t *testing.T) {
	traffic := &fakeTraffic{swollen: func(ctx context.Context) { <-ctx.Done() }}
	sizes := []int64{0, 1 << 20, oneRead - 1, oneRead, 9 << 20}
	evaluated := 0
	size, err := burst(t.Context(), traffic, time.Millisecond, func(context.Context) (int64, error) {
		evaluated++
		return sizes[evaluated-1], nil
	})
	if err != nil || size != oneRead || evaluated != 4 {
		t.Errorf("%d bytes after %d looks: %v", size, evaluated, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = burst(ctx, traffic, time.Millisecond, func(context.Context) (int64, error) { return 5, nil })
	if err == nil || !strings.Contains(err.Error(), "5 bytes") {
		t.Errorf("an outbox that does not grow: %v", err)
	}
	broken := errors.New("the history is full")
	traffic = &fakeTraffic{err: broken}
	if _, err := burst(t.Context(), traffic, time.Millisecond, func(context.Context) (int64, error) { return 5, nil }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

// TestTheOutboxIsMeasuredAsItIsRead looks at the query: values that the sidecar has encoded
// count as what they are when they are read.
func TestTheOutboxIsMeasuredAsItIsRead(t *testing.T) {
	for _, part := range []string{":'keys'", "isbinary", "octet_length"} {
		if !strings.Contains(outboxQuery, part) {
			t.Errorf("%s is not in %s", part, outboxQuery)
		}
	}
	if bytes.ContainsAny([]byte(outboxQuery), `"$`) {
		t.Error("a shell would change the query")
	}
}
