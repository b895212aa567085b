package events

import (
	"testing"
	"time"
)

const (
	id     = "0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c10"
	taskID = "01946f2e-7c00-7000-8000-000000000001"
	userID = "7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11"
)

var at = time.Date(2026, 2, 15, 9, 30, 0, 123e6, time.UTC)

// The golden documents are what the specification's section "Event Schema"
// shows, member by member, in its order.
const (
	goldenTask = `{"specversion":"1.0","type":"task.created","source":"todo-backend",` +
		`"id":"0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c10","time":"2026-02-15T09:30:00.123Z",` +
		`"datacontenttype":"application/json","data":{` +
		`"task_id":"01946f2e-7c00-7000-8000-000000000001","user_id":"7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11",` +
		`"title":"Water the plants","completed":false,"priority":"medium","due_date":null,` +
		`"recurrence_pattern":null,"tags":[]}}`
	goldenReminder = `{"specversion":"1.0","type":"reminder.scheduled","source":"todo-backend",` +
		`"id":"0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c10","time":"2026-02-15T09:30:00.123Z","data":{` +
		`"task_id":"01946f2e-7c00-7000-8000-000000000001","user_id":"7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11",` +
		`"scheduled_time":"2026-02-16T09:30:00.123Z","reminder_type":"due_date"}}`
	goldenSync = `{"specversion":"1.0","type":"task.sync","source":"todo-backend",` +
		`"id":"0a2f9d6e-0f4b-4c43-9a51-0f2b6a3d9c10","time":"2026-02-15T09:30:00.123Z","data":{` +
		`"task_id":"01946f2e-7c00-7000-8000-000000000001","user_id":"7f3c1f0a-8f43-4a53-8b1d-2a6f4c7f9b11",` +
		`"action":"create","task_snapshot":{"title":"Water the plants"}}}`
)

func goldenTaskEvent() Envelope[Task] {
	return Defaults().NewTask(Created, id, at, Task{
		TaskID: taskID, UserID: userID, Title: "Water the plants", Priority: PriorityMedium, Tags: []string{},
	})
}

func TestEventsAreWrittenAsTheSpecificationShows(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	for name, tc := range map[string]struct {
		marshal func() ([]byte, error)
		want    string
	}{
		"task": {goldenTaskEvent().Marshal, goldenTask},
		"reminder": {Defaults().NewReminder(id, at.In(berlin), Reminder{
			TaskID: taskID, UserID: userID, ScheduledTime: at.Add(24 * time.Hour).In(berlin), ReminderType: ReminderDueDate,
		}).Marshal, goldenReminder},
		"sync": {Defaults().NewSync(id, at, Sync{
			TaskID: taskID, UserID: userID, Action: ActionCreate, TaskSnapshot: []byte(`{"title":"Water the plants"}`),
		}).Marshal, goldenSync},
	} {
		got, err := tc.marshal()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if string(got) != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, tc.want)
		}
	}
}
