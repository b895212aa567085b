package chaos

import "fmt"

// changed is the deployment that is updated, broken and undone.
func changed() string { return p.Spec.LifecycleTargets().Changed.Name }

// scaled is the deployment that is scaled to nothing and back.
func scaled() string { return p.Spec.LifecycleTargets().Scaled.Name }

// podsBroken is the deployment whose pods a fault of the specification makes fail, and
// that fault.
func podsBroken() (deployment, name string) {
	t := p.Spec.LifecycleTargets()
	return t.Broken.Name, t.Fault
}

// targets says which deployment the experiment lacks.
func targets() error {
	t := p.Spec.LifecycleTargets()
	for what, name := range map[string]string{
		"behind the load's route": t.Changed.Name, "that is aimed at by a fault of action pod-failure": t.Broken.Name,
		"that takes events and answers for each (evidence audit-query)": t.Scaled.Name,
	} {
		if name == "" {
			return fmt.Errorf("does not apply: %s has no deployment %s", p.Spec.Name, what)
		}
	}
	return nil
}
