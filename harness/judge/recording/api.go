package recording

import (
	"fmt"
	"net/http"

	"assay.dev/assay/harness/history"
)

// task is one that the API holds.
type task struct {
	id, user  string
	asked     history.Nanos // when its last change began
	free      history.Nanos // when that was answered
	sent      history.Nanos // when its last event was on its way
	recurring bool
	completed bool
}

var (
	kinds    = map[string]string{"create": "task.created", "update": "task.updated", "complete": "task.completed", "delete": "task.deleted"}
	methods  = map[string]string{"create": http.MethodPost, "update": http.MethodPut, "complete": http.MethodPatch, "delete": http.MethodDelete}
	statuses = map[string]int{"create": http.StatusCreated, "update": http.StatusOK, "complete": http.StatusOK, "delete": http.StatusNoContent}
)

// changes makes all changes through the API and returns how many were accepted.
func (s *sim) changes(at history.Nanos) (accepted int) {
	for range s.opt.Changes {
		at += history.Nanos(s.rng.ExpFloat64() / s.opt.Rate * 1e9)
		t, change := s.pick()
		begin := at
		if t.id != "" && !s.chance(0.1) { // most clients wait for their answers
			begin = max(begin, t.free+ms)
		}
		begin = max(begin, t.asked)
		t.asked = begin
		if s.change(t, change, begin) {
			accepted++
		}
		s.now = max(s.now, begin)
	}
	return accepted
}

// pick picks a task and what is done to it.
func (s *sim) pick() (*task, string) {
	if len(s.tasks) < 5 || s.chance(0.3) {
		return &task{user: fmt.Sprintf("00000000-0000-4000-8000-%012d", s.rng.IntN(8)), recurring: s.chance(0.2)}, "create"
	}
	n := s.rng.IntN(len(s.tasks))
	t := s.tasks[n]
	switch {
	case s.chance(0.2):
		s.tasks[n] = s.tasks[len(s.tasks)-1]
		s.tasks = s.tasks[:len(s.tasks)-1]
		return t, "delete"
	case !t.completed && s.chance(0.3):
		return t, "complete"
	}
	return t, "update"
}

// change asks for one change and says whether it was accepted.
func (s *sim) change(t *task, change string, begin history.Nanos) bool {
	r := history.Request{Begin: begin, End: begin + s.between(4*ms, 60*ms), Method: methods[change], Path: "/api/tasks",
		Change: change, Key: t.id, User: t.user, Outcome: history.Accepted, Status: statuses[change]}
	if s.chance(s.opt.Refused) {
		r.Outcome, r.Status = history.Refused, http.StatusUnprocessableEntity
		s.h.Requests = append(s.h.Requests, r)
		if change == "delete" {
			s.tasks = append(s.tasks, t)
		}
		return false
	}
	unanswered := s.chance(s.opt.Unanswered)
	if unanswered {
		r.Outcome, r.Status, r.End, r.Error = history.Unknown, 0, begin+10*sec, "no answer in time"
	}
	if change == "create" || change == "update" {
		r.Counts = counts("reminders", s.rng.IntN(3))
	}
	if change == "complete" && t.recurring {
		r.Counts = counts("occurrences", 1)
	}
	takesEffect := !unanswered || s.chance(0.5)
	event := s.uuid()
	if takesEffect {
		s.effect(t, change, event, r)
	}
	if unanswered {
		s.h.Requests = append(s.h.Requests, r)
		return false
	}
	r.Key, r.Event = t.id, event
	if change == "delete" {
		r.Event = "" // an answer without a task has no ETag
	}
	s.h.Requests = append(s.h.Requests, r)
	return true
}

// effect has a change take effect and sends its events.
func (s *sim) effect(t *task, change, event string, r history.Request) {
	if t.id == "" {
		t.id = s.uuid()
		if r.Outcome == history.Accepted {
			s.tasks = append(s.tasks, t)
		}
	}
	t.completed = t.completed || change == "complete"
	at := max(s.workingAt("", r.End+s.between(ms, 20*ms)), t.sent+ms)
	if r.Outcome == history.Unknown {
		at = max(s.workingAt("", r.Begin+s.between(5*ms, 50*ms)), t.sent+ms)
	}
	t.free, t.sent = max(t.free, r.End), at+2*ms
	s.announce(t, change, event, at)
	for range r.Counts["reminders"] {
		s.event(at, "reminders", s.uuid(), "reminder.scheduled", t.id, "")
	}
	if r.Counts["occurrences"] > 0 {
		next := &task{id: s.uuid(), user: t.user}
		s.announce(next, "create", s.uuid(), at+s.between(30*ms, 300*ms))
	}
}

// announce sends a change's task event and its task.sync.
func (s *sim) announce(t *task, change, event string, at history.Nanos) {
	s.event(at, "task-events", event, kinds[change], t.id, "")
	s.event(at+ms, "task-updates", s.uuid(), "task.sync", t.id, change)
	// A publisher whose acknowledgement was lost in an outage sends again.
	for _, o := range s.outages {
		if o.app == "" && at >= o.to && at < o.to+sec && s.chance(0.3) {
			s.event(at+2*ms, "task-events", event, kinds[change], t.id, "")
		}
	}
}

// event sends one event of the API.
func (s *sim) event(at history.Nanos, topic, id, kind, task, action string) {
	s.send(item{at: at, publ: -1, routed: true, rec: history.Record{
		Topic: topic, Partition: -1, Key: task, ID: id, Type: kind, EventKey: task, Label: action,
		SHA256: bytesOf(id, kind, task), Size: 400,
	}})
}

// counts counts one kind of events, or none.
func counts(name string, n int) map[string]int {
	if n == 0 {
		return nil
	}
	return map[string]int{name: n}
}
