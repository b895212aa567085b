package experiment

import (
	"slices"
	"testing"
	"time"

	"assay.dev/assay/harness/experiment/schedule"
	"assay.dev/assay/harness/fault"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

func TestScheduleRunsEachFaultAndWaitsOnce(t *testing.T) {
	w := &testbed{}
	e := newExperiment(w, nil)
	steps := []schedule.Step{
		{Fault: "app-pod-kill", Hold: time.Millisecond},
		{Fault: "app-pod-kill", At: 60 * time.Millisecond, Hold: time.Millisecond},
	}
	entries, err := (&Composed{
		Schedule: schedule.Schedule{Steps: steps}, Make: func(string) (fault.Fault, error) { return fakeFault{w}, nil },
		Flow: e.Flow, Health: e.Health, Guard: e.Guard, Timeouts: e.Timeouts,
	}).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, entry := range entries {
		if entry.Proof == "" || entry.Recovered == 0 || entry.EventsFlowing < entry.Recovered || entry.Error != "" {
			t.Errorf("fault %d: %+v", i, entry)
		}
	}
	if later := time.Duration(entries[1].Requested - entries[0].Requested); later < 30*time.Millisecond {
		t.Errorf("the second fault came %s after the first", later)
	}
	if w.calls[len(w.calls)-1] != "end" {
		t.Errorf("the history was not kept: %v", w.calls)
	}
}

// TestGroupsAreDeclared looks at what may overlap: the specification says so, and not the
// names of faults.
func TestGroupsAreDeclared(t *testing.T) {
	s, err := todo.Load()
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string]int{}
	for _, f := range s.Faults {
		groups[Groups(s)(f.Name)]++
	}
	if len(groups) < 5 || groups[schedule.Alone] == 0 {
		t.Errorf("groups %v", groups)
	}
	s.Faults = []spec.Fault{{Name: "broker-away", Group: "shelf"}, {Name: "node-fine", Group: spec.GroupAlone}}
	for name, want := range map[string]string{"broker-away": "shelf", "node-fine": schedule.Alone, "unheard-of": schedule.Alone} {
		if got := Groups(s)(name); got != want {
			t.Errorf("%s is of the group %q, want %q", name, got, want)
		}
	}
}

// TestFaultsThatTakePartInTheTrafficAreNotComposed looks at what schedules are made of: a
// fault that ends the traffic would end it for all of them.
func TestFaultsThatTakePartInTheTrafficAreNotComposed(t *testing.T) {
	able, err := Composable(t.Context(), &fault.Lab{Spec: todo.Must()})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(able, "broker-pod-kill") {
		t.Errorf("%v", able)
	}
	for _, name := range []string{"poison-headers", "outage-then-silence", "clock-leap-back"} {
		if slices.Contains(able, name) {
			t.Errorf("%s is composed", name)
		}
	}
}
