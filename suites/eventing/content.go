package eventing

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/observe"
)

// described are the members of a task that task events carry.
var described = []string{"task_id", "user_id", "title", "completed", "priority", "due_date", "recurrence_pattern", "tags"}

// decodeTask decodes a task as the API answers it. What is none has no members.
func decodeTask(raw []byte) map[string]any {
	var task map[string]any
	_ = json.Unmarshal(raw, &task)
	return task
}

// describe takes from a task what task events carry of it.
func describe(task map[string]any) map[string]any {
	part := map[string]any{}
	for _, member := range described {
		if value, there := task[member]; there {
			part[member] = value
		}
	}
	return part
}

// contentChecks judge what events say, beside their form.
func contentChecks() {
	p.It("event.snapshot", brief, func(SpecContext) {
		recorded()
		tasks := byTask(decode(published(family(taskEvent).Topic)))
		var wrong problems
		looked := 0
		for task, syncs := range byTask(decode(published(family(taskUpdateEvent).Topic))) {
			for i, e := range syncs {
				looked++
				if i >= len(tasks[task]) || !reflect.DeepEqual(e.data["task_snapshot"], any(tasks[task][i].data)) {
					wrong.add("%s: snapshot %v", places([]observe.Capture{e.Capture}), e.data["task_snapshot"])
				}
			}
		}
		wrong.none("snapshots that are the data of the task event of the same change", "Kafka", looked)
	})

	p.It("event.stored", brief, func(SpecContext) {
		recorded()
		judgeStored()
	})

	p.It("event.time", brief, func(SpecContext) {
		recorded()
		var wrong problems
		looked := 0
		skew := timeouts.ClockSkew.Duration
		for task, events := range changesOf() {
			for i, e := range events.events {
				answer := events.answers[i]
				looked++
				at, err := time.Parse(time.RFC3339, e.attribute("time"))
				from, to := seen.history.Header.Time(answer.Begin), seen.history.Header.Time(answer.End)
				if err != nil || at.Before(from.Add(-skew)) || at.After(to.Add(skew)) {
					wrong.add("task %s: a %s at %s, requested at %s, answered at %s", task, e.Type, e.attribute("time"), from, to)
				}
			}
		}
		wrong.none("task events whose time is between request and answer", "Kafka, compared with the answers of the API", looked)
	})

	p.It("event.trace", brief, func(SpecContext) {
		recorded()
		var wrong problems
		looked := 0
		for task, events := range changesOf() {
			for i, e := range events.events {
				looked++
				if parts := strings.Split(e.attribute("traceparent"), "-"); len(parts) != 4 || parts[1] != events.answers[i].TraceID {
					wrong.add("task %s: traceparent %q, the request's trace is %s", task, e.attribute("traceparent"), events.answers[i].TraceID)
				}
			}
		}
		wrong.none("task events that carry the trace of their request", "Kafka, compared with the requests", looked)
	})
}

// paired are the task events of a task, each with the answer to the change that
// caused it.
type paired struct {
	events  []event
	answers []observe.Answer
}

// changesOf pairs the changes of each task with its task events, in their order,
// where there are as many of one as of the other.
func changesOf() map[string]paired {
	events := byTask(decode(published(family(taskEvent).Topic)))
	all := map[string]paired{}
	for task, answers := range certain() {
		answers = slices.DeleteFunc(slices.Clone(answers), func(a observe.Answer) bool { return a.Change == "" })
		if len(answers) == len(events[task]) {
			all[task] = paired{events[task], answers}
		}
	}
	return all
}

// judgeStored judges that an event says what the API answered, the last one what
// the API has, and that of a deletion what was there before it.
func judgeStored() {
	GinkgoHelper()
	var wrong problems
	looked := 0
	all := changesOf()
	for _, task := range slices.Sorted(maps.Keys(all)) {
		pair := all[task]
		var last map[string]any
		for i, e := range pair.events {
			looked++
			if pair.answers[i].Change != "delete" {
				last = describe(decodeTask(pair.answers[i].Body))
			}
			if !reflect.DeepEqual(e.data, last) {
				wrong.add("task %s: event %v, stored %v", task, e.data, last)
			}
		}
		if body, there := seen.Stored[task]; there && !reflect.DeepEqual(describe(decodeTask(body)), last) {
			wrong.add("task %s: the API has %s, its last event says %v", task, body, last)
		}
	}
	wrong.none("events whose data are what the API stored", "Kafka, compared with the answers of the API", looked)
}
