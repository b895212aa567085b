package recording

import (
	"fmt"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec/todo"
)

// baseline is the state of pods and deployments when their watch begins.
func (s *sim) baseline() {
	for n, d := range todo.Must().Deployments {
		s.h.Pods = append(s.h.Pods, s.pod(sec, d.Name, 0))
		s.h.Deployments = append(s.h.Deployments, history.Deployment{Seen: sec + history.Nanos(n)*ms, Namespace: d.Namespace, Name: d.Name,
			Revision: 1, Template: "t1", Generation: 1, Observed: 1, Replicas: 1, Updated: 1, Ready: 1, Available: 1, Progressing: "NewReplicaSetAvailable"})
	}
}

// pod is the state of an application's n-th pod.
func (s *sim) pod(at history.Nanos, app string, n int) history.Pod {
	return history.Pod{Seen: at, Namespace: "todo-app", Name: fmt.Sprintf("%s-5b8c6d7f9-abcd%d", app, n), UID: fmt.Sprintf("%s-%d", app, n), Phase: "Running", Ready: true}
}

// victims are the applications that a fault hurts, empty for all of them.
var victims = map[string]string{"app-pod-kill": "websocket-worker", "broker-pod-kill": "", "postgresql-outage": "audit-worker"}

// plan places faults and a rollout into the time of the traffic.
func (s *sim) plan(begin, span history.Nanos) {
	for n, name := range s.opt.Faults {
		from := begin + span*history.Nanos(n+1)/history.Nanos(len(s.opt.Faults)+1)
		to := from + s.between(7*sec, 10*sec)
		app := victims[name]
		s.outages = append(s.outages, outage{from: from, to: to, app: app, failing: name == "postgresql-outage"})
		s.h.Faults = append(s.h.Faults, history.Fault{Name: name, Blast: []string{"todo-app/" + app}, Requested: from - 300*ms, Effective: from,
			Proof: "the pod's UID changed", Recovery: to - 2*sec, Recovered: to, KubernetesReady: to, EventsFlowing: to + sec})
		if name == "app-pod-kill" {
			gone := s.pod(from, app, 0)
			gone.Deleted = true
			s.h.Pods = append(s.h.Pods, gone, s.pod(to, app, 1))
		}
		s.now = max(s.now, to+2*sec)
	}
	if s.opt.Rollout {
		s.rollout(begin + 2*sec)
	}
	if s.opt.Silent {
		s.silence(begin+span/20, begin+2*span+30*sec)
	}
}

// silentOutage is the fault of Options.Silent.
const silentOutage = "outage-then-silence"

// silence has the broker away between two moments, the second of which comes after all
// traffic has ended.
func (s *sim) silence(from, to history.Nanos) {
	s.outages = append(s.outages, outage{from: from, to: to})
	s.h.Faults = append(s.h.Faults, history.Fault{Name: silentOutage, Requested: from - 300*ms, Effective: from,
		Proof: "the broker's pod runs another image", Recovery: to - 2*sec, Recovered: to, KubernetesReady: to, EventsFlowing: to + sec})
	s.now = max(s.now, to+2*sec)
}

// rollout updates a deployment and undoes that.
func (s *sim) rollout(at history.Nanos) {
	d := s.h.Deployments[0]
	step := func(after history.Nanos, change func()) {
		at += after
		d.Seen = at
		change()
		s.h.Deployments = append(s.h.Deployments, d)
	}
	for n, template := range []string{"t2", "t1"} {
		step(sec, func() { d.Template, d.Generation = template, d.Generation+1 })
		step(20*ms, func() {
			d.Observed, d.Revision, d.Updated, d.Unavailable, d.Progressing = d.Generation, int64(n)+2, 1, 1, "ReplicaSetUpdated"
		})
		step(4*sec, func() { d.Unavailable, d.Progressing = 0, "NewReplicaSetAvailable" })
	}
	s.now = max(s.now, at)
}

// lookAtEffects asks the workers that are not watched live what they have done.
func (s *sim) lookAtEffects() {
	for n := range s.shown {
		s.shown[n].Seen = s.now
	}
	s.h.Effects = append(s.h.Effects, s.shown...)
}

// finish has the observers look at what is left to see, and report.
func (s *sim) finish() {
	s.now += sec
	s.lookAtEffects()
	s.now += sec
	s.bounds(s.now)
	end := s.now + sec
	s.watched(end)
	for _, o := range []history.Observer{
		{Name: "requests", Kinds: []history.Kind{history.Requests, history.Publishes}},
		{Name: "kafka", Kinds: []history.Kind{history.Records, history.Boundaries}},
		{Name: "commits", Kinds: []history.Kind{history.Commits}},
		{Name: "probe", Kinds: []history.Kind{history.Deliveries}},
		{Name: "effects", Kinds: []history.Kind{history.Effects}},
		{Name: "kubernetes", Kinds: []history.Kind{history.Pods, history.Deployments, history.Events}},
	} {
		o.Begin, o.End = sec/2, end
		s.h.Observers = append(s.h.Observers, o)
	}
}
