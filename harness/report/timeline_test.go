package report

import (
	"math"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec/todo"
)

func moment(s float64) history.Nanos { return history.Nanos(s * float64(time.Second)) }

// One publish a second for 160 seconds: one bin each, by hand.
func sample() *history.History {
	h := &history.History{}
	for i := range 160 {
		s := float64(i) + 10 // the first entry is not at 0
		p := history.Publish{Start: moment(s), End: moment(s + 0.25), Topic: "task-events", Result: history.Accepted}
		switch i {
		case 50:
			p.Result = history.Refused
		case 51:
			p.Result = history.Unknown
		}
		h.Publishes = append(h.Publishes, p)
	}
	h.Loads = []history.Load{{Start: moment(10), End: moment(170)}}
	return h
}

func TestTimelineBins(t *testing.T) {
	h := sample()
	tl := timeline(h)
	if tl.Seconds != 160 || tl.Width != 1 || tl.Origin != 10 {
		t.Fatalf("%v seconds in bins of %v from %v", tl.Seconds, tl.Width, tl.Origin)
	}
	if got := tl.Latency[0].Values[3]; got != 250 {
		t.Errorf("the median latency is %v ms, want 250", got)
	}
	if got := tl.Latency[0].Values[50]; !math.IsNaN(float64(got)) {
		t.Errorf("a refused publish has the latency %v", got)
	}
	if got := tl.Throughput[0].Values[3]; got != 1 {
		t.Errorf("%v accepted per second, want 1", got)
	}
	if a, b := tl.Errors[0].Values[50], tl.Errors[1].Values[51]; a != 1 || b != 1 {
		t.Errorf("refused %v, without an answer %v, want 1 and 1", a, b)
	}
	short := &history.History{Publishes: []history.Publish{{Start: moment(1), End: moment(4.2)}}}
	if got := timeline(short); len(got.Latency[0].Values) != 6 || got.Seconds != 3.2 {
		t.Errorf("%v seconds are cut into %d bins, want 6 of at least half a second", got.Seconds, len(got.Latency[0].Values))
	}
	if timeline(&history.History{}) != nil {
		t.Error("an empty history has a timeline")
	}
}

func TestTimelineLag(t *testing.T) {
	h := sample()
	for i := range 100 {
		h.Records = append(h.Records, history.Record{Seen: moment(float64(i) + 10.5), Topic: "task-events", Offset: int64(i)})
	}
	h.Commits = []history.Commit{
		{Seen: moment(10.1), Group: "audit-worker", Topic: "task-events", Offset: -1},
		{Seen: moment(60.9), Group: "audit-worker", Topic: "task-events", Offset: 51},
		{Seen: moment(120), Group: "audit-worker", Topic: "task-events", Offset: 100},
	}
	consumed := timeline(h).Throughput[2].Values
	if consumed[0] != 0 || consumed[50] != 51 || consumed[109] != 49 || consumed[111] != 0 {
		t.Errorf("consumed per second: %v, want 51 in bin 50 and 49 in bin 109", consumed)
	}
	lag := timeline(h).Lag
	if len(lag) != 1 || lag[0].Name != "audit-worker" {
		t.Fatalf("the groups are %v", lag)
	}
	for bin, want := range map[int]Value{0: 1, 49: 50, 50: 0, 60: 10, 105: 49, 111: 0} {
		if got := lag[0].Values[bin]; got != want {
			t.Errorf("in bin %d the lag is %v, want %v", bin, got, want)
		}
	}
}

func TestTimelinePods(t *testing.T) {
	h := sample()
	pod := func(s float64, name, phase string, ready bool) {
		h.Pods = append(h.Pods, history.Pod{Seen: moment(s), Namespace: "n", Name: name, Phase: phase, Ready: ready})
	}
	pod(1, "steady", "Running", true) // before the first entry of the timeline
	pod(1, "changed", "Running", true)
	pod(60, "changed", "Running", false)
	pod(70, "changed", "Running", true)
	pod(71, "changed", "Running", true) // no change
	tl := timeline(h)
	if tl.Steady != 1 || len(tl.Pods) != 1 {
		t.Fatalf("%d steady, lanes %v", tl.Steady, tl.Pods)
	}
	want := []Span{{0, 50, "ready", 0}, {50, 60, "running", 0}, {60, 160, "ready", 0}}
	if got := tl.Pods[0].Spans; len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("the lane is %v, want %v", got, want)
	}
}

func TestObjectives(t *testing.T) {
	h := sample()
	h.Faults = []history.Fault{{
		Name: "app-pod-kill", Requested: moment(40), Effective: moment(40.5), Recovery: moment(50),
		KubernetesReady: moment(80), EventsFlowing: 0,
	}}
	f := newGrid(h).fault(todo.Must().Faults, h.Faults[0])
	if f.Requested != 30 || f.Effect != 0.5 || !math.IsNaN(float64(f.Recovered)) {
		t.Errorf("the fault is %+v", f)
	}
	if len(f.Objectives) != 2 || f.Objectives[0].Took != 30 || !f.Objectives[0].Met() {
		t.Errorf("the objectives are %+v", f.Objectives)
	}
	h.Faults[0].Recovery = 0
	if killed := newGrid(h).fault(todo.Must().Faults, h.Faults[0]); killed.Objectives[0].Took != 39.5 {
		t.Errorf("what is over at once counts from its effect: %+v", killed.Objectives)
	}
	if f.Objectives[1].Met() {
		t.Error("events that never flowed again count as in time")
	}
}
