package spec

import "strings"

// LifecycleTargets are the deployments that the experiment with deployments changes. Each
// is another one, so that no change hides what another does. One that the specification
// does not have has no name.
type LifecycleTargets struct {
	// Changed is behind the route of the load: it is updated, broken and undone.
	Changed Deployment
	// Broken is the one whose pods Fault makes fail.
	Broken Deployment
	Fault  string
	// Scaled shows what became of every event that waited for it: it is scaled to nothing
	// and back.
	Scaled Deployment
}

// LifecycleTargets chooses them.
func (p *Platform) LifecycleTargets() LifecycleTargets {
	t := LifecycleTargets{Changed: p.behindLoad()}
	for _, f := range p.Faults {
		if f.Action == "pod-failure" && f.Target.Role == TargetApplication && f.Target.Name != t.Changed.Name {
			t.Broken, t.Fault = p.Deployment(f.Target.Name), f.Name
			break
		}
	}
	for _, s := range p.Dapr.Subscriptions {
		d, known := p.Application(s.App)
		if known && d.Name != t.Broken.Name && d.Name != t.Changed.Name && p.Shown(s.App, s.Topic).Kind == AuditQuery {
			t.Scaled = d
			break
		}
	}
	return t
}

// behindLoad is the deployment that the first request of the load is routed to.
func (p *Platform) behindLoad() (found Deployment) {
	if len(p.Load.Requests) == 0 {
		return found
	}
	longest := Route{}
	for _, route := range p.Ingress.Paths {
		if strings.HasPrefix(p.Load.Requests[0].Path, route.Path) && len(route.Path) > len(longest.Path) {
			longest = route
		}
	}
	for _, d := range p.Deployments {
		if d.Name == longest.Service {
			found = d
		}
	}
	return found
}
