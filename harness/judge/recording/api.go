package recording

import (
	"fmt"
	"net/http"
	"strings"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// object is one that the API holds.
type object struct {
	id, user string
	kind     string
	asked    history.Nanos // when the last request about it started
	free     history.Nanos // when that was answered
	sent     history.Nanos // when its last event was on its way
	// again says that the platform makes another one where a request can cause that.
	again bool
	// done are the requests that are sent once.
	done map[string]bool
}

// statuses are those of accepted requests.
var statuses = map[spec.RequestEffect]int{spec.Makes: http.StatusCreated, spec.Changes: http.StatusOK, spec.Removes: http.StatusNoContent}

// requests makes all requests through the API and returns how many were accepted.
func (s *sim) requests(at history.Nanos) (accepted int) {
	for n := range s.opt.requests() {
		at += history.Nanos(s.rng.ExpFloat64() / s.opt.Rate * 1e9)
		o, request, counts := s.pick(n)
		start := at
		if o.id != "" && !s.chance(0.1) { // most clients wait for their answers
			start = max(start, o.free+ms)
		}
		start = max(start, o.asked)
		o.asked = start
		if s.request(o, request, counts, start) {
			accepted++
		}
		s.now = max(s.now, start)
	}
	return accepted
}

// requests is how many requests there are.
func (o Options) requests() int {
	if len(o.Sent) > 0 {
		return len(o.Sent)
	}
	return o.Changes
}

// pick picks an object and a request about it, with what it is counted for: the n-th of
// those that a generator has made, or one by chance.
func (s *sim) pick(n int) (*object, spec.LoadRequest, map[string]int) {
	if len(s.opt.Sent) > 0 {
		sent := s.opt.Sent[n]
		request, _ := s.spec.Load.Request(sent.Change)
		o := &object{user: sent.User, kind: request.Object, again: true, done: map[string]bool{}}
		if request.Does != spec.Makes {
			for _, known := range s.objects {
				if s.sentAs[known.id] == sent.Key {
					o = known
				}
			}
		}
		s.sending = sent.Event // by which the generator knew what was made
		return o, request, sent.Counts
	}
	var makes []spec.LoadRequest
	for _, r := range s.spec.Load.Requests {
		if r.Does == spec.Makes {
			makes = append(makes, r)
		}
	}
	if len(s.objects) < 5 || s.chance(0.3) {
		r := makes[s.rng.IntN(len(makes))]
		return &object{user: fmt.Sprintf("00000000-0000-4000-8000-%012d", s.rng.IntN(8)), kind: r.Object, again: s.chance(0.2), done: map[string]bool{}}, r, s.counts(r)
	}
	o := s.objects[s.rng.IntN(len(s.objects))]
	var suit []spec.LoadRequest
	for _, r := range s.spec.Load.Requests {
		if r.Does != spec.Makes && r.Object == o.kind && (r.Unless == "" || !o.done[r.Name]) {
			for range r.Weight {
				suit = append(suit, r)
			}
		}
	}
	r := suit[s.rng.IntN(len(suit))]
	return o, r, s.counts(r)
}

// counts counts the events of a request by chance.
func (s *sim) counts(r spec.LoadRequest) map[string]int {
	var all map[string]int
	for _, e := range r.Expects {
		if n := s.rng.IntN(e.Most() + 1); e.Counted() && e.Makes == "" && n > 0 {
			if all == nil {
				all = map[string]int{}
			}
			all[e.Name] = n
		}
	}
	return all
}

// request sends one request and reports whether it was accepted.
func (s *sim) request(o *object, asked spec.LoadRequest, counts map[string]int, start history.Nanos) bool {
	r := history.Request{Start: start, End: start + s.between(4*ms, 60*ms), Method: asked.Method, Path: strings.ReplaceAll(asked.Path, "{key}", o.id),
		Change: asked.Name, Key: o.id, User: o.user, Result: history.Accepted, Status: statuses[asked.Does]}
	if s.chance(s.opt.Refused) {
		r.Result, r.Status = history.Refused, http.StatusUnprocessableEntity
		s.h.Requests = append(s.h.Requests, r)
		return false
	}
	unanswered := s.chance(s.opt.Unanswered)
	if unanswered {
		r.Result, r.Status, r.End, r.Error = history.Unknown, 0, start+10*sec, "no answer in time"
	}
	r.Counts = counts
	for _, e := range asked.Expects {
		if e.Makes != "" && o.again && len(s.opt.Sent) == 0 {
			if r.Counts == nil {
				r.Counts = map[string]int{}
			}
			r.Counts[e.Name] = 1
		}
	}
	takesEffect := !unanswered || s.chance(0.5)
	event := s.uuid()
	if takesEffect {
		s.effect(o, asked, event, r)
	}
	if asked.Does == spec.Removes {
		s.remove(o)
	}
	if unanswered {
		s.h.Requests = append(s.h.Requests, r)
		return false
	}
	r.Key, r.Event = o.id, event
	if asked.Event == (spec.Place{}) {
		r.Event = "" // its answer names no event
	}
	s.h.Requests = append(s.h.Requests, r)
	return true
}

// remove forgets an object.
func (s *sim) remove(o *object) {
	for n, known := range s.objects {
		if known == o {
			s.objects[n] = s.objects[len(s.objects)-1]
			s.objects = s.objects[:len(s.objects)-1]
			return
		}
	}
}

// effect has a request take effect and sends its events.
func (s *sim) effect(o *object, asked spec.LoadRequest, event string, r history.Request) {
	if o.id == "" {
		o.id = s.uuid()
		s.sentAs[o.id] = s.sending
		if r.Result == history.Accepted {
			s.objects = append(s.objects, o)
		}
	}
	o.done[asked.Name] = true
	at := max(s.workingAt("", r.End+s.between(ms, 20*ms)), o.sent+ms)
	if r.Result == history.Unknown {
		at = max(s.workingAt("", r.Start+s.between(5*ms, 50*ms)), o.sent+ms)
	}
	o.free, o.sent = max(o.free, r.End), at+2*ms
	expects := s.expects(asked.Name)
	s.announce(o, expects, event, at)
	for _, e := range expects {
		for range r.Counts[e.Name] {
			if e.Makes == "" {
				s.event(at, e, s.uuid(), o.id)
				continue
			}
			next := &object{id: s.uuid(), user: o.user}
			s.announce(next, s.expects(e.Makes), s.uuid(), at+s.between(30*ms, 300*ms))
		}
	}
}

// expects are the events of a kind of request.
func (s *sim) expects(request string) []judge.Expected {
	for _, r := range s.rules.Requests {
		if r.Name == request {
			return r.Expects
		}
	}
	return nil
}

// announce sends the events that a request always causes.
func (s *sim) announce(o *object, expects []judge.Expected, event string, at history.Nanos) {
	for n, e := range expects {
		if n == 0 {
			s.event(at, e, event, o.id)
		} else if !e.Counted && e.Makes == "" {
			s.event(at+ms, e, s.uuid(), o.id)
		}
	}
	// A publisher whose acknowledgement was lost in an outage sends again.
	for _, out := range s.outages {
		if out.app == "" && at >= out.to && at < out.to+sec && s.chance(0.3) {
			s.event(at+2*ms, expects[0], event, o.id)
		}
	}
}

// event sends one event of the API.
func (s *sim) event(at history.Nanos, e judge.Expected, id, key string) {
	s.send(item{at: at, publ: -1, routed: true, rec: history.Record{
		Topic: e.Topic, Partition: -1, Key: key, ID: id, Type: e.Type, EventKey: key, Label: e.Label,
		SHA256: bytesOf(id, e.Type, key), Size: 400,
	}})
}
