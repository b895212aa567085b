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

// Names of the infrastructure that checks look for beside the applications.
const (
	IngressController = "ingress-controller"
	MetricsServer     = "metrics-server"
	Database          = "postgresql"
)

// InfrastructureNamed returns the workload of that name beside the deployments, and
// whether there is one.
func (p *Platform) InfrastructureNamed(name string) (Infrastructure, bool) {
	at := slices.IndexFunc(p.Infrastructure, func(i Infrastructure) bool { return i.Name == name })
	if at < 0 {
		return Infrastructure{}, false
	}
	return p.Infrastructure[at], true
}
