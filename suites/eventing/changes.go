package eventing

import (
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/observe"
)

// changeChecks judge which events a change causes.
func changeChecks() {
	for _, c := range []struct{ id, change, kind string }{
		{"EVT-016", "create", "task.created"},
		{"EVT-017", "update", "task.updated"},
		{"EVT-018", "complete", "task.completed"},
		{"EVT-019", "delete", "task.deleted"},
	} {
		p.It(c.id, brief, func(SpecContext) {
			recorded()
			judgeChange(c.change, c.kind)
		})
	}

	p.It("EVT-021", brief, func(SpecContext) {
		recorded()
		var wrong problems
		looked := 0
		for _, e := range decode(published(family(taskEvent).Topic)) {
			if e.Type != "task.completed" {
				continue
			}
			looked++
			if e.data["completed"] != true {
				wrong.add("%s: completed is %v", places([]observe.Capture{e.Capture}), e.data["completed"])
			}
		}
		wrong.none("task.completed events that say that the task is completed", "Kafka", looked)
	})

	p.It("EVT-113", brief, func(SpecContext) {
		recorded()
		judgeReminders()
	})

	p.It("EVT-213", brief, func(SpecContext) {
		recorded()
		judgeSyncs()
	})
}

// certain are the accepted changes of each task of which every answer arrived: of
// any other nobody knows how many events it causes.
func certain() map[string][]observe.Answer {
	tasks, open := map[string][]observe.Answer{}, map[string]bool{}
	for _, answer := range seen.Answers {
		switch answer.Outcome {
		case history.Accepted:
			tasks[answer.Key] = append(tasks[answer.Key], answer)
		case history.Unknown:
			open[answer.Key] = true
		}
	}
	for task := range open {
		delete(tasks, task)
	}
	for _, list := range tasks {
		slices.SortFunc(list, func(a, b observe.Answer) int { return int(a.Begin - b.Begin) })
	}
	return tasks
}

// judgeChange judges that each accepted change of a kind has one event of its
// type, with the id that the API answered, and that there is no other.
func judgeChange(change, kind string) {
	GinkgoHelper()
	events := byTask(decode(published(family(taskEvent).Topic)))
	var wrong problems
	looked := 0
	for task, answers := range certain() {
		var want, got []string
		for _, answer := range answers {
			if answer.Change == change {
				looked++
				want = append(want, answer.Event)
			}
		}
		for _, e := range events[task] {
			if e.Type != kind {
				continue
			}
			id := e.ID
			if change == "delete" {
				id = "" // the answer to a deletion names no event
			}
			got = append(got, id)
		}
		if !slices.Equal(want, got) {
			wrong.add("task %s: changes %q, events %q", task, want, got)
		}
	}
	wrong.none("tasks with exactly one "+kind+" for each "+change, "Kafka, compared with the answers of the API", looked)
}

// judgeReminders judges that each scheduled reminder has one event, at its time.
func judgeReminders() {
	GinkgoHelper()
	events := byTask(decode(published(family(reminderEvent).Topic)))
	var wrong problems
	looked := 0
	for task, answers := range certain() {
		want, times := 0, map[string][]time.Time{}
		for _, answer := range answers {
			want += answer.Counts["reminders"]
			stored := decodeTask(answer.Body)
			for member, kind := range map[string]string{"due_date": "due_date", "remind_at": "custom"} {
				if at, err := time.Parse(time.RFC3339, fmt.Sprint(stored[member])); err == nil {
					times[kind] = append(times[kind], at)
				}
			}
		}
		looked += want
		if len(events[task]) != want {
			wrong.add("task %s: %d reminders scheduled, %d events", task, want, len(events[task]))
		}
		for _, e := range events[task] {
			kind := fmt.Sprint(e.data["reminder_type"])
			at, err := time.Parse(time.RFC3339, fmt.Sprint(e.data["scheduled_time"]))
			if err != nil || !slices.ContainsFunc(times[kind], at.Equal) {
				wrong.add("task %s: a reminder %s at %v, scheduled were %v", task, kind, e.data["scheduled_time"], times[kind])
			}
		}
	}
	wrong.none("scheduled reminders with exactly one event, at their time", "Kafka, compared with the answers of the API", looked)
}

// judgeSyncs judges that the actions of a task's sync events are its changes, in
// their order.
func judgeSyncs() {
	GinkgoHelper()
	events := byTask(decode(published(family(taskUpdateEvent).Topic)))
	var wrong problems
	looked, actions := 0, map[string]bool{}
	for task, answers := range certain() {
		var want, got []string
		for _, answer := range answers {
			if answer.Change != "" {
				looked++
				want = append(want, answer.Change)
			}
		}
		for _, e := range events[task] {
			got = append(got, e.Label)
			actions[e.Label] = true
		}
		if !slices.Equal(want, got) {
			wrong.add("task %s: changes %q, actions %q", task, want, got)
		}
	}
	wrong.none("changes with exactly one task.sync that names them", "Kafka, compared with the answers of the API", looked)
	expect.Subject{What: "actions that were seen", From: "Kafka"}.Is(len(actions), 4)
}
