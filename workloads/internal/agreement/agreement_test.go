package agreement

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec/schemas"
	"assay.dev/assay/spec/todo"
	"assay.dev/assay/workloads/internal/events"
)

// The event families of the reference specification, and their schemas.
const (
	taskEvent       = "task-event"
	reminderEvent   = "reminder-event"
	taskUpdateEvent = "task-update-event"
)

var set = todo.Must().Schemas

// consumers read an event of a family as the workloads do.
var consumers = map[string]func([]byte) error{
	taskEvent:       func(raw []byte) error { _, err := events.Defaults().ParseTask(raw); return err },
	reminderEvent:   func(raw []byte) error { _, err := events.Defaults().ParseReminder(raw); return err },
	taskUpdateEvent: func(raw []byte) error { _, err := events.Defaults().ParseSync(raw); return err },
}

// agree compares both readers on the bytes of one event, and reports whether they
// accept it.
func agree(t *testing.T, family string, raw []byte) bool {
	t.Helper()
	judged, consumed := set.Validate(family, raw), consumers[family](raw)
	if (judged == nil) != (consumed == nil) {
		t.Errorf("%s: the schema says %v, the consumer says %v, of %q", family, judged, consumed, raw)
	}
	return judged == nil
}

// with returns an event with a member, or a member of its data, that holds a value.
func with(t *testing.T, raw []byte, value string, path ...string) []byte {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		t.Fatal(err)
	}
	members[path[0]] = json.RawMessage(value)
	if len(path) > 1 {
		var before map[string]json.RawMessage
		if err := json.Unmarshal(raw, &before); err != nil {
			t.Fatal(err)
		}
		members[path[0]] = with(t, before[path[0]], value, path[1:]...)
	}
	var text bytes.Buffer // json.Marshal would repair what is broken on purpose
	for name, member := range members {
		text.WriteString(`,"` + name + `":`)
		text.Write(member)
	}
	return []byte("{" + text.String()[1:] + "}")
}

// places are members of each type of the grammar, by family.
func places(family, kind string) [][]string {
	all := map[string][][]string{
		"String": {{"subject"}, {"tenant"}, {"traceparent"}}, "Integer": {{"sequence"}, {"expiration"}},
		"Attribute": {{"anyextension"}}, "URI": {{"dataschema"}},
		"Timestamp": {{"time"}}, "UUID": {{"id"}, {"data", "task_id"}, {"data", "user_id"}},
	}[kind]
	switch {
	case kind == "Timestamp" && family == taskEvent:
		return append(all, []string{"data", "due_date"})
	case kind == "Timestamp" && family == reminderEvent:
		return append(all, []string{"data", "scheduled_time"})
	}
	return all
}

func TestConsumersFollowTheGrammar(t *testing.T) {
	for _, family := range set.Families() {
		base := set.Examples(family)[0].Raw
		for _, kind := range schemas.AttributeTypes() {
			for _, at := range places(family, kind.Name) {
				for _, value := range kind.Accepts {
					if value == `""` && at[0] == "subject" {
						continue // CloudEvents 1.0.2: a subject that is there is not empty
					}
					if raw := with(t, base, value, at...); !agree(t, family, raw) {
						t.Errorf("%s: %v: %s is refused", family, at, value)
					}
				}
				for _, value := range kind.Rejects {
					if raw := with(t, base, value, at...); agree(t, family, raw) {
						t.Errorf("%s: %v: %s is accepted", family, at, value)
					}
				}
			}
		}
	}
}

func TestConsumersRefuseWhatTheSchemasRefuse(t *testing.T) {
	for _, family := range set.Families() {
		for _, e := range set.Examples(family) {
			if !agree(t, family, e.Raw) {
				t.Errorf("%s is refused", e.Name)
			}
		}
		for _, v := range set.Variants(family) {
			if agree(t, family, v.Raw) {
				t.Errorf("%s is accepted", v.Name)
			}
		}
		for name, raw := range schemas.Undecodable() {
			if agree(t, family, raw) {
				t.Errorf("%s is accepted", name)
			}
		}
	}
}

func TestANullAttributeIsAbsentForBoth(t *testing.T) {
	optional := []string{"subject", "dataschema", "traceparent", "tracestate", "expiration", "anyextension"}
	required := []string{"specversion", "id", "source", "type", "time", "data", "Not_An_Attribute", "data_base64"}
	for _, family := range set.Families() {
		base := set.Examples(family)[0].Raw
		for _, name := range append(slices.Clone(optional), required...) {
			if accepted := agree(t, family, with(t, base, "null", name)); accepted != slices.Contains(optional, name) {
				t.Errorf("%s: %s: null: accepted is %v", family, name, accepted)
			}
		}
	}
}

func TestBothReadTheBytesInOneWay(t *testing.T) {
	for _, family := range set.Families() {
		base := string(set.Examples(family)[0].Raw)
		for _, change := range [][2]string{
			{`"id":`, `"id":"x","id":`}, {`"task_id":`, `"task_id":"x","task_id":`}, {`"id":`, `"\u0069d":"x","id":`},
			{`todo-backend`, "todo-backend\xff"}, {`"id":`, `"tenant":"\ud800","id":`}, {`"id":`, "\"tenant\":\"\xed\xa0\x80\",\"id\":"},
			{`"1.0"`, `1.0`}, {`"1.0"`, `"1.0",`},
		} {
			raw := strings.Replace(base, change[0], change[1], 1)
			if raw == base || agree(t, family, []byte(raw)) {
				t.Errorf("%s: %q for %q is accepted", family, change[1], change[0])
			}
		}
	}
}

// TestTheObserverLooksForTheIDThatAConsumerKeeps has a client write UUIDs in upper case
// (aws-amplify/amplify-swift#343).
func TestTheObserverLooksForTheIDThatAConsumerKeeps(t *testing.T) {
	raw := string(set.Examples(taskEvent)[0].Raw)
	id := observe.ReadEvent([]byte(raw), observe.Form{}).ID
	upper := []byte(strings.Replace(raw, id, strings.ToUpper(id), 1))
	if !agree(t, taskEvent, upper) {
		t.Fatal("UUIDs in upper case are refused")
	}
	parsed, err := events.Defaults().ParseTask(upper)
	if err != nil || parsed.ID != observe.ReadEvent(upper, observe.Form{}).ID {
		t.Errorf("the consumer keeps %q, the observer looks for %q (%v)", parsed.ID, observe.ReadEvent(upper, observe.Form{}).ID, err)
	}
}
