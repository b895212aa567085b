package events

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func from(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestNamesAreThoseOfTheEnvironment(t *testing.T) {
	if got, err := ReadNames(from(nil)); err != nil || !cmp.Equal(got, Defaults()) {
		t.Errorf("without a variable: %+v, %v", got, err)
	}
	got, err := ReadNames(from(map[string]string{
		"CHANGE_TOPIC": "order-events", "CHANGE_SOURCE": "order-api", "CHANGE_TYPES": "order.made,order.changed,order.done,order.gone",
		"CHANGE_ROUTE": "/in/orders", "SYNC_TYPES": "order.sync",
	}))
	want := Defaults()
	want.Change = Family{"order-events", "order-api", []string{"order.made", "order.changed", "order.done", "order.gone"}, "/in/orders"}
	want.Sync.Types = []string{"order.sync"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for variable, value := range map[string]string{
		"CHANGE_TYPES": "a,b,c", "REMINDER_TYPES": "a,b", "SYNC_ROUTE": "updates", "CHANGE_ROUTE": "x",
	} {
		if _, err := ReadNames(from(map[string]string{variable: value})); err == nil || !strings.Contains(err.Error(), variable) {
			t.Errorf("%s=%s: error %v does not name it", variable, value, err)
		}
	}
	if _, err := ReadNames(from(map[string]string{"CHANGE_TYPES": "a,b,b,c"})); err == nil {
		t.Error("a type is taken twice")
	}
}

// TestEventsHaveTheNamesThatAreGiven writes and reads events of another specification;
// those of the reference are not its.
func TestEventsHaveTheNamesThatAreGiven(t *testing.T) {
	names := Defaults()
	names.Change.Source, names.Change.Types = "order-api", []string{"order.made", "order.changed", "order.done", "order.gone"}
	event := names.NewTask(Completed, "0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c10", time.Unix(1771147800, 0), Task{
		TaskID: "0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c11", UserID: "0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c12", Title: "x", Priority: PriorityLow, Tags: []string{},
	})
	if event.Type != "order.done" || event.Source != "order-api" {
		t.Errorf("the event is %s of %s", event.Type, event.Source)
	}
	raw, err := event.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := names.ParseTask(raw); err != nil {
		t.Error(err)
	}
	if _, err := Defaults().ParseTask(raw); err == nil {
		t.Error("an event of another source and type is accepted")
	}
}
