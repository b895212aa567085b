package judge

import (
	"net/http"
	"slices"
	"strings"

	"assay.dev/assay/harness/history"
)

// refusal is a change that was refused as if it had been made before: what a proxy
// that asks the next pod gets when the first pod did the work and broke off.
type refusal struct {
	change     uint8
	status     int
	start, end history.Nanos
}

// done reports whether a status is the answer to a change that has been made already: the
// key is gone, or it is of a newer version (RFC 9110, 15.5).
func done(status int) bool {
	switch status {
	case http.StatusNotFound, http.StatusGone, http.StatusConflict, http.StatusPreconditionFailed:
		return true
	}
	return false
}

// refused keeps a refused change that may have been made.
func (ix *index) refused(key uint32, change, result uint8, r *history.Request) {
	if result == refused && key != 0 && !ix.demands.requests[change].Makes && done(r.Status) {
		ix.refusals[key] = append(ix.refusals[key], refusal{change, r.Status, r.Start, r.End})
	}
}

// brokenAPI reports whether an application that takes requests, or the proxy in front of it,
// broke while a request was open: one of their pods came or went, or they were in the
// blast radius of a fault.
func (j *judgement) brokenAPI(from, to history.Nanos) bool {
	rest := history.Nanos(j.ix.rules.Delivered)
	for _, p := range j.ix.small.Pods {
		if j.takesRequests(p.Namespace, p.Name) && p.Seen >= j.ix.attempts.first && p.Seen-rest <= to && from <= p.Seen+rest {
			return true
		}
	}
	for _, f := range j.ix.small.Faults {
		over := max(f.Requested, f.Recovery, f.Recovered, f.EventsFlowing)
		hurts := slices.ContainsFunc(f.Blast, func(name string) bool {
			namespace, pod, _ := strings.Cut(name, "/")
			return j.takesRequests(namespace, pod)
		})
		if hurts && f.Requested <= to && (f.Recovered == 0 || from <= over) {
			return true
		}
	}
	return false
}

// takesRequests reports whether a pod is of an application that takes requests, or of what
// passes them on.
func (j *judgement) takesRequests(namespace, pod string) bool {
	if slices.Contains(j.ix.rules.Proxies, namespace) {
		return true
	}
	app := j.ix.rules.appOf(pod)
	return slices.ContainsFunc(j.ix.rules.Requests, func(r Request) bool { return r.App != "" && (r.App == app || r.App == pod) })
}

// repeatedByProxy counts the requests about a key, which are known by events of a class,
// that a proxy may have made twice, since it repeats at the next pod what a broken connection left without an
// answer. Status is that of a refused one.
func (j *judgement) repeatedByProxy(key uint32, c class) (times uint32, status int) {
	for _, r := range j.ix.refusals[key] {
		if j.ix.demands.requests[r.change].first != c {
			continue
		}
		status = r.status
		if j.brokenAPI(r.start, r.end) {
			times++
		}
	}
	for n := range j.events() {
		e := j.ix.ev(n)
		if e.key == key && e.via == viaAPI && j.ix.demands.requests[e.change].first == c && e.result == accepted && j.brokenAPI(e.start, e.end) {
			times++
		}
	}
	return times, status
}
