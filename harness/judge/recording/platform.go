package recording

import (
	"fmt"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// baseline is the state of pods and deployments when their watch starts.
func (s *sim) baseline() {
	for n, d := range s.spec.Deployments {
		s.h.Pods = append(s.h.Pods, s.pod(sec, d.Dapr.AppID, 0))
		s.h.Deployments = append(s.h.Deployments, history.Deployment{Seen: sec + history.Nanos(n)*ms, Namespace: d.Namespace, Name: d.Name,
			Revision: 1, Template: "t1", Generation: 1, Observed: 1, Replicas: 1, Updated: 1, Ready: 1, Available: 1, Progressing: "NewReplicaSetAvailable"})
	}
}

// pod is the state of an application's n-th pod.
func (s *sim) pod(at history.Nanos, app string, n int) history.Pod {
	p := history.Pod{Seen: at, UID: fmt.Sprintf("%s-%d", app, n), Phase: "Running", Ready: true}
	if d, known := s.spec.Application(app); known {
		p.Namespace, p.Name = d.Namespace, fmt.Sprintf("%s-5b8c6d7f9-abcd%d", d.Name, n)
	}
	return p
}

// victim is the application that a fault hurts, empty for all of them, whether it fails at
// what it does instead of being away, and whether its pod is replaced.
func (s *sim) victim(name string) (app string, failing, replaced bool) {
	f := s.spec.Fault(name)
	switch {
	case f.Target.Role == spec.TargetApplication:
		return s.spec.Deployment(f.Target.Name).Dapr.AppID, false, true
	case f.Action == "scale-to-zero": // the store of those that show what they did
		for _, sub := range s.rules.Subscriptions {
			if sub.Visibility == judge.ByEffect && !sub.Live {
				return sub.Group, true, false
			}
		}
	}
	return "", false, false
}

// plan places faults and a rollout into the time of the traffic.
func (s *sim) plan(start, span history.Nanos) {
	for n, name := range s.opt.Faults {
		from := start + span*history.Nanos(n+1)/history.Nanos(len(s.opt.Faults)+1)
		to := from + s.between(7*sec, 10*sec)
		app, failing, replaced := s.victim(name)
		s.outages = append(s.outages, outage{from: from, to: to, app: app, failing: failing})
		s.h.Faults = append(s.h.Faults, history.Fault{Name: name, Blast: []string{s.spec.Deployments[0].Namespace + "/" + app}, Requested: from - 300*ms, Effective: from,
			Proof: "the pod's UID changed", Recovery: to - 2*sec, Recovered: to, KubernetesReady: to, EventsFlowing: to + sec})
		if replaced {
			gone := s.pod(from, app, 0)
			gone.Deleted = true
			s.h.Pods = append(s.h.Pods, gone, s.pod(to, app, 1))
		}
		s.now = max(s.now, to+2*sec)
	}
	if s.opt.Rollout {
		s.rollout(start + 2*sec)
	}
	if s.opt.Silent {
		s.silence(start+span/20, start+2*span+30*sec)
	}
}

// silentOutage is the fault of Options.Silent, empty if the specification has none.
func silentOutage(s *spec.Spec) string {
	for _, f := range s.Faults {
		if f.Action == "outage-then-silence" {
			return f.Name
		}
	}
	return ""
}

// silence has the broker away between two moments, the second of which comes after all
// traffic has ended.
func (s *sim) silence(from, to history.Nanos) {
	s.outages = append(s.outages, outage{from: from, to: to})
	s.h.Faults = append(s.h.Faults, history.Fault{Name: silentOutage(s.spec), Requested: from - 300*ms, Effective: from,
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

// observeEffects asks the workers that are not watched live what they have done.
func (s *sim) observeEffects() {
	for n := range s.shown {
		s.shown[n].Seen = s.now
	}
	s.h.Effects = append(s.h.Effects, s.shown...)
}

// finish has the observers look at what is left to see, and report.
func (s *sim) finish() {
	s.now += sec
	s.observeEffects()
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
		{Name: "kubernetes", Kinds: []history.Kind{history.Pods, history.Deployments, history.KubeEvents}},
	} {
		o.Start, o.End = sec/2, end
		s.h.Observers = append(s.h.Observers, o)
	}
}
