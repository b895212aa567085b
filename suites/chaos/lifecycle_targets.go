package chaos

import (
	"fmt"
	"strings"

	"assay.dev/assay/spec"
)

// The deployments that the experiment changes are those of the specification. Each is
// another one, so that no change hides what another does.

// changed is the deployment behind the route of the load: updated, broken, undone.
func changed() string {
	path, longest := p.Spec.Load.Requests[0].Path, spec.Route{}
	for _, route := range p.Spec.Ingress.Paths {
		if strings.HasPrefix(path, route.Path) && len(route.Path) > len(longest.Path) {
			longest = route
		}
	}
	return longest.Service
}

// podsBroken is the deployment whose pods a fault of the specification makes fail, and
// that fault.
func podsBroken() (deployment, name string) {
	for _, f := range p.Spec.Faults {
		if f.Action == "pod-failure" && f.Target.Role == spec.TargetApplication && f.Target.Name != changed() {
			return f.Target.Name, f.Name
		}
	}
	return "", ""
}

// scaled is a deployment that shows what became of every event that waited for it: scaled
// to nothing and back.
func scaled() string {
	broken, _ := podsBroken()
	for _, s := range p.Spec.Dapr.Subscriptions {
		d, known := p.Spec.Application(s.App)
		if known && d.Name != broken && d.Name != changed() && p.Spec.Shown(s.App, s.Topic).Evidence == spec.AuditQuery {
			return d.Name
		}
	}
	return ""
}

// targets says which deployment the experiment lacks.
func targets() error {
	broken, _ := podsBroken()
	for what, name := range map[string]string{
		"behind the load's route": changed(), "that is aimed at by a fault of action pod-failure": broken,
		"that takes events and answers for each (evidence audit-query)": scaled(),
	} {
		if name == "" {
			return fmt.Errorf("does not apply: %s has no deployment %s", p.Spec.Name, what)
		}
	}
	return nil
}
