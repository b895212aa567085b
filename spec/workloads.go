package spec

import "slices"

// Workload is a controller of pods that the specification has, whatever it is for.
type Workload struct {
	Kind, Namespace, Name string
	Replicas              int
}

// Workloads returns the deployments and what is beside them, in the order of the tables.
func (p *Platform) Workloads() []Workload {
	var all []Workload
	for _, d := range p.Deployments {
		all = append(all, Workload{"Deployment", d.Namespace, d.Name, d.Replicas})
	}
	for _, i := range p.Infrastructure {
		all = append(all, Workload{i.Kind, i.Namespace, i.Name, i.Replicas})
	}
	return all
}

// DeploymentNamespaces returns the namespaces that deployments are in.
func (p *Platform) DeploymentNamespaces() []string {
	var names []string
	for _, d := range p.Deployments {
		if !slices.Contains(names, d.Namespace) {
			names = append(names, d.Namespace)
		}
	}
	return names
}
