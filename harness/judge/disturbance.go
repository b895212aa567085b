package judge

import (
	"slices"
	"strings"
	"time"

	"assay.dev/assay/harness/history"
)

// disturbance is a time in which deliveries may be repeated, connections lost
// and offsets set back, and why.
type disturbance struct {
	from, to history.Nanos
	// app is the only application that it disturbs, empty for all of them.
	app string
	// lasted is how long it hurt, 0 if that is not known.
	lasted history.Nanos
	// fault says that it is a fault that was injected.
	fault bool
}

type disturbances []disturbance

// findDisturbances collects the faults, the pods that were replaced or restarted, and
// the rebalances of consumer groups. Each lasts on for as long as a delivery may take.
func findDisturbances(ix *index) disturbances {
	var all disturbances
	rest := history.Nanos(ix.rules.Delivered)
	for _, f := range ix.small.Faults {
		to := max(f.Requested, f.Effective, f.Recovery, f.Recovered, f.KubernetesReady, f.EventsFlowing)
		if f.Recovered == 0 {
			to = ix.end
		}
		one := disturbance{from: f.Requested - history.Nanos(ix.rules.Skew), to: to + rest, fault: true}
		if f.Effective != 0 {
			one.lasted = to - f.Effective
		}
		all = append(all, one)
	}
	restarts := map[string]int32{} // by UID
	for _, p := range ix.small.Pods {
		before, known := restarts[p.UID]
		restarts[p.UID] = p.Restarts
		if p.Seen < ix.attempts.first || known && before == p.Restarts && !p.Deleted {
			continue
		}
		app := ix.rules.appOf(p.Name)
		if p.Namespace == ix.rules.Brokers {
			app = "" // what the broker does, all feel
		}
		all = append(all, disturbance{from: p.Seen - rest, to: p.Seen + rest, app: app})
	}
	return append(all, rebalances(ix)...)
}

// rebalances are the changes of the members of consumer groups and of the brokers that
// coordinate them: a group goes on at its committed offset, and what it had not
// committed is delivered again. The first look at a group is no change.
func rebalances(ix *index) []disturbance {
	var all []disturbance
	rest := history.Nanos(ix.rules.Delivered)
	before := map[string]history.Group{}
	for _, g := range ix.small.Groups {
		b, known := before[g.Group]
		before[g.Group] = g
		if known && (b.Generation != g.Generation || b.Coordinator != g.Coordinator) && g.Seen >= ix.attempts.first {
			all = append(all, disturbance{from: g.Seen - rest, to: g.Seen + rest, app: g.Group})
		}
	}
	return all
}

// appOf is the Dapr application of a pod of a Deployment: by the pod's name without the
// hashes of the replica set and the pod.
func (r *Rules) appOf(pod string) string {
	for range 2 {
		if i := strings.LastIndexByte(pod, '-'); i > 0 {
			pod = pod[:i]
		}
	}
	if app, other := r.Apps[pod]; other {
		return app
	}
	return pod
}

// count is the number of disturbances of an application within a time.
func (d disturbances) count(app string, from, to history.Nanos) int {
	n := 0
	for _, one := range d {
		if (one.app == "" || one.app == app) && one.from <= to && from <= one.to {
			n++
		}
	}
	return n
}

// besideFaults are those that are no injected faults.
func (d disturbances) besideFaults() disturbances {
	return slices.DeleteFunc(slices.Clone(d), func(one disturbance) bool { return one.fault })
}

// any reports whether an application was disturbed within a time.
func (d disturbances) any(app string, from, to history.Nanos) bool { return d.count(app, from, to) > 0 }

// lasting is the number of dead letters that disturbances of an application may
// have caused within a time: those of them that may have outlasted the retries.
func (d disturbances) lasting(app string, from, to history.Nanos, r *Rules) int {
	n := 0
	for _, one := range d {
		if (one.app == "" || one.app == app) && one.from <= to && from <= one.to &&
			(one.lasted == 0 || time.Duration(one.lasted) >= time.Duration(r.Retries)*r.Interval) {
			n++
		}
	}
	return n
}

// duration is the time between two moments, as people read it.
func duration(n history.Nanos) time.Duration { return time.Duration(n).Round(time.Millisecond) }
