package task

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/workloads/internal/events"
	"assay.dev/assay/workloads/internal/strictjson"
)

const (
	userID = "7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11"
	other  = "11111111-1111-4111-8111-111111111111"
)

var now = time.Date(2026, 2, 15, 9, 30, 0, 0, time.UTC)

func pointers(err error) []string {
	var invalid *strictjson.InvalidError
	if !errors.As(err, &invalid) {
		return nil
	}
	list := make([]string, len(invalid.Violations))
	for i, v := range invalid.Violations {
		list[i] = v.Pointer
	}
	return list
}

func TestParseCreateFillsDefaults(t *testing.T) {
	user, fields, err := ParseCreate(fmt.Appendf(nil, `{"user_id":%q,"title":"Milk"}`, strings.ToUpper(userID)))
	if err != nil {
		t.Fatal(err)
	}
	if user != userID {
		t.Errorf("user = %s", user)
	}
	want := Fields{Title: "Milk", Priority: events.PriorityMedium, Tags: []string{}}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseCreateReadsEveryField(t *testing.T) {
	_, fields, err := ParseCreate(fmt.Appendf(nil, `{"user_id":%q,"title":"Milk","completed":false,"priority":"high",
		"due_date":"2026-03-01T10:00:00+01:00","remind_at":null,"recurrence_pattern":"weekly","tags":["a","b"]}`, userID))
	if err != nil {
		t.Fatal(err)
	}
	due, weekly := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), "weekly"
	want := Fields{Title: "Milk", Priority: "high", DueDate: &due, RecurrencePattern: &weekly, Tags: []string{"a", "b"}}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// invalidMembers lists one wrong value per rule, as JSON, with the member that
// the violation must name.
var invalidMembers = []struct{ member, value string }{
	{"title", `""`}, {"title", `"  "`}, {"title", `null`}, {"title", `5`}, {"title", `"a\nb"`}, {"title", `"` + strings.Repeat("x", 201) + `"`},
	{"completed", `"no"`}, {"completed", `null`},
	{"priority", `"urgent"`}, {"priority", `null`}, {"priority", `1`},
	{"due_date", `"tomorrow"`}, {"due_date", `"2026-02-15"`}, {"due_date", `1`}, {"due_date", `"9999-01-01T00:00:00Z"`}, {"due_date", `"0001-01-02T00:00:00Z"`},
	{"remind_at", `"soon"`}, {"remind_at", `false`},
	{"recurrence_pattern", `"hourly"`}, {"recurrence_pattern", `""`}, {"recurrence_pattern", `5`},
	{"tags", `null`}, {"tags", `"a"`}, {"tags", `[1]`}, {"tags", `[null]`}, {"tags", `[""]`}, {"tags", `["a","a"]`},
	{"tags", `["` + strings.Repeat("x", 51) + `"]`}, {"tags", `["` + strings.Join(strings.Split("abcdefghijklmnopqrstu", ""), `","`) + `"]`},
	{"owner", `"x"`}, {"Title", `"x"`},
}

func TestInvalidMembersAreNamed(t *testing.T) {
	for _, tc := range invalidMembers {
		title := `"title":"Milk",`
		if tc.member == "title" {
			title = ""
		}
		want := []string{"/" + tc.member}
		body := fmt.Sprintf(`{%s%q:%s}`, title, tc.member, tc.value)
		if _, _, err := ParseCreate(fmt.Appendf(nil, `{"user_id":%q,%s`, userID, body[1:])); !cmp.Equal(pointers(err), want) {
			t.Errorf("create %.80s: %v", body, err)
		}
		if _, err := ParseReplace([]byte(body)); !cmp.Equal(pointers(err), want) {
			t.Errorf("replace %.80s: %v", body, err)
		}
		if _, err := ParsePatch([]byte(body)); !cmp.Equal(pointers(err), want) {
			t.Errorf("patch %.80s: %v", body, err)
		}
	}
}

func TestParseCreateNeedsAUserAndATitle(t *testing.T) {
	_, _, err := ParseCreate([]byte(`{"completed":true}`))
	if diff := cmp.Diff([]string{"/user_id", "/title", "/completed"}, pointers(err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReplaceKeepsIdentity(t *testing.T) {
	before, err := New(userID, Fields{Title: "Milk", Priority: "low", Tags: []string{"a"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		body string
		want []string
	}{
		"echo":          {fmt.Sprintf(`{"task_id":%q,"user_id":%q,"title":"Tea","created_at":"x","updated_at":null}`, before.TaskID, userID), nil},
		"another task":  {fmt.Sprintf(`{"task_id":%q,"title":"Tea"}`, other), []string{"/task_id"}},
		"another owner": {fmt.Sprintf(`{"user_id":%q,"title":"Tea"}`, other), []string{"/user_id"}},
	} {
		edit, err := ParseReplace([]byte(tc.body))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fields, err := edit(before)
		if !cmp.Equal(pointers(err), tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
		if want := (Fields{Title: "Tea", Priority: "medium", Tags: []string{}}); !cmp.Equal(fields, want) {
			t.Errorf("%s: %s", name, cmp.Diff(want, fields))
		}
	}
}

func TestPatchChangesOnlyWhatItNames(t *testing.T) {
	due, daily := now, "daily"
	before, err := New(userID, Fields{Title: "Milk", Priority: "low", DueDate: &due, RecurrencePattern: &daily, Tags: []string{"a"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	edit, err := ParsePatch([]byte(`{"completed":true,"due_date":null}`))
	if err != nil {
		t.Fatal(err)
	}
	want := before.Fields()
	want.Completed, want.DueDate = true, nil
	for range 2 { // an edit is applied again after a conflict
		got, err := edit(before)
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%v %s", err, cmp.Diff(want, got))
		}
	}
}
