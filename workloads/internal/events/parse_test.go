package events

import (
	"encoding/json"
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/workloads/internal/strictjson"
)

// family is one event family under test.
type family struct {
	golden string
	parse  func([]byte) error
}

var families = map[string]family{
	"task":     {goldenTask, func(raw []byte) error { _, err := Defaults().ParseTask(raw); return err }},
	"reminder": {goldenReminder, func(raw []byte) error { _, err := Defaults().ParseReminder(raw); return err }},
	"sync":     {goldenSync, func(raw []byte) error { _, err := Defaults().ParseSync(raw); return err }},
}

// edit changes one member of a golden document; path has one or two names.
// A nil value removes the member.
func edit(t *testing.T, golden string, value any, path ...string) []byte {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal([]byte(golden), &doc); err != nil {
		t.Fatal(err)
	}
	target := doc
	if len(path) == 2 {
		target = maps.Clone(doc[path[0]].(map[string]any))
		doc[path[0]] = target
	}
	name := path[len(path)-1]
	if value == nil {
		delete(target, name)
	} else {
		target[name] = value
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// jsonNull stands for a null on the wire, where nil means "remove".
var jsonNull = json.RawMessage("null")

func TestParseReturnsWhatWasWritten(t *testing.T) {
	got, err := Defaults().ParseTask([]byte(goldenTask))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(goldenTaskEvent(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, f := range families {
		if err := f.parse([]byte(f.golden)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseAcceptsWhatTheSchemaLeavesOpen(t *testing.T) {
	for name, raw := range map[string][]byte{
		"task/extension attributes": edit(t, goldenTask, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "traceparent"),
		"task/boolean extension":    edit(t, goldenTask, true, "ext"),
		"task/integer extension":    edit(t, goldenTask, -7, "ext"),
		"task/unset extension":      edit(t, goldenTask, jsonNull, "ext"),
		"task/subject":              edit(t, goldenTask, taskID, "subject"),
		"task/schema":               edit(t, goldenTask, "https://assay.dev/schemas/task-event.json", "dataschema"),
		"task/empty title":          edit(t, goldenTask, "", "data", "title"),
		"reminder/unset attribute":  edit(t, goldenReminder, jsonNull, "datacontenttype"),
		"task/due date":             edit(t, goldenTask, "2026-02-15T09:30:00+01:00", "data", "due_date"),
		"task/recurrence":           edit(t, goldenTask, "any string", "data", "recurrence_pattern"),
		"task/tags":                 edit(t, goldenTask, []string{"a", "b"}, "data", "tags"),
		"reminder/content type":     edit(t, goldenReminder, "application/json", "datacontenttype"),
		"reminder/custom":           edit(t, goldenReminder, "custom", "data", "reminder_type"),
		"sync/empty snapshot":       edit(t, goldenSync, map[string]any{}, "data", "task_snapshot"),
	} {
		if err := families[name[:indexSlash(name)]].parse(raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func indexSlash(s string) int {
	for i, r := range s {
		if r == '/' {
			return i
		}
	}
	return len(s)
}

func TestParseNamesTheMemberThatBreaksTheSchema(t *testing.T) {
	type variant struct {
		value any
		path  []string
	}
	envelope := []variant{
		{nil, []string{"specversion"}}, {"0.3", []string{"specversion"}}, {1.0, []string{"specversion"}},
		{nil, []string{"type"}}, {"task.archived", []string{"type"}},
		{nil, []string{"source"}}, {"todo-frontend", []string{"source"}},
		{nil, []string{"id"}}, {"", []string{"id"}}, {"42", []string{"id"}}, {42, []string{"id"}},
		{nil, []string{"time"}}, {"2026-02-15", []string{"time"}}, {1771147800, []string{"time"}},
		{"text/plain", []string{"datacontenttype"}},
		{nil, []string{"data"}}, {jsonNull, []string{"data"}}, {"{}", []string{"data"}}, {[]int{}, []string{"data"}},
		{"x", []string{"Data"}}, {"x", []string{"data_base64"}},
		{"", []string{"subject"}}, {5, []string{"subject"}},
		{"schemas/task", []string{"dataschema"}}, {"", []string{"dataschema"}}, {5, []string{"dataschema"}},
		{1.5, []string{"traceparent"}}, {[]string{"x"}, []string{"ext"}}, {map[string]any{}, []string{"ext"}},
	}
	data := map[string][]variant{
		"task": {
			{nil, []string{"datacontenttype"}},
			{nil, []string{"data", "task_id"}}, {"7", []string{"data", "task_id"}},
			{nil, []string{"data", "user_id"}}, {7, []string{"data", "user_id"}},
			{nil, []string{"data", "title"}}, {jsonNull, []string{"data", "title"}},
			{nil, []string{"data", "completed"}}, {"false", []string{"data", "completed"}}, {0, []string{"data", "completed"}},
			{nil, []string{"data", "priority"}}, {"urgent", []string{"data", "priority"}}, {"LOW", []string{"data", "priority"}},
			{nil, []string{"data", "due_date"}}, {"tomorrow", []string{"data", "due_date"}}, {5, []string{"data", "due_date"}},
			{nil, []string{"data", "recurrence_pattern"}}, {7, []string{"data", "recurrence_pattern"}},
			{nil, []string{"data", "tags"}}, {jsonNull, []string{"data", "tags"}}, {"a", []string{"data", "tags"}},
			{[]any{1}, []string{"data", "tags"}}, {[]any{nil}, []string{"data", "tags"}},
			{"x", []string{"data", "owner"}}, {"x", []string{"data", "Title"}},
		},
		"reminder": {
			{nil, []string{"data", "task_id"}}, {"7", []string{"data", "task_id"}},
			{nil, []string{"data", "user_id"}}, {"7", []string{"data", "user_id"}},
			{nil, []string{"data", "scheduled_time"}}, {jsonNull, []string{"data", "scheduled_time"}}, {"soon", []string{"data", "scheduled_time"}},
			{nil, []string{"data", "reminder_type"}}, {"email", []string{"data", "reminder_type"}},
			{"x", []string{"data", "channel"}},
		},
		"sync": {
			{nil, []string{"data", "task_id"}}, {"7", []string{"data", "task_id"}},
			{nil, []string{"data", "user_id"}}, {"7", []string{"data", "user_id"}},
			{nil, []string{"data", "action"}}, {"archive", []string{"data", "action"}},
			{nil, []string{"data", "task_snapshot"}}, {jsonNull, []string{"data", "task_snapshot"}}, {"{}", []string{"data", "task_snapshot"}},
			{"x", []string{"data", "extra"}},
		},
	}
	for name, f := range families {
		for _, v := range append(envelope, data[name]...) {
			raw := edit(t, f.golden, v.value, v.path...)
			var invalid *strictjson.InvalidError
			if err := f.parse(raw); !errors.As(err, &invalid) {
				t.Errorf("%s %v=%v: got %v, want *InvalidError", name, v.path, v.value, err)
				continue
			}
			want := "/" + v.path[0]
			if len(v.path) == 2 {
				want += "/" + v.path[1]
			}
			if len(invalid.Violations) != 1 || invalid.Violations[0].Pointer != want {
				t.Errorf("%s %v=%v: violations %v, want one at %s", name, v.path, v.value, invalid.Violations, want)
			}
		}
	}
}

func TestParseRefusesBytesThatAreNoDocument(t *testing.T) {
	for name, f := range families {
		for _, raw := range [][]byte{nil, []byte("null"), []byte("[]"), []byte("{"), {0xff, 0x00}} {
			if err := f.parse(raw); !errors.Is(err, strictjson.ErrSyntax) {
				t.Errorf("%s %q: %v, want ErrSyntax", name, raw, err)
			}
		}
	}
}

func FuzzParseNeverPanics(f *testing.F) {
	for _, fam := range families {
		f.Add([]byte(fam.golden))
	}
	f.Fuzz(func(_ *testing.T, raw []byte) {
		for _, fam := range families {
			_ = fam.parse(raw)
		}
	})
}
