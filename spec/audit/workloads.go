package audit

import "assay.dev/assay/spec"

// Workloads returns what platform.yaml deploys: the deployments with their
// sidecars, the infrastructure, and the spare pods that have to fit beside them.
func Workloads(p *spec.Platform) []Workload {
	var all []Workload
	for _, d := range p.Deployments {
		all = append(all, Workload{d.Namespace, d.Name, d.Replicas, p.Rollout.MaxSurge, stated(d.Containers())})
	}
	if p.Rollout.SparePods > 0 {
		all = append(all, Workload{p.Ingress.Namespace, "spare", p.Rollout.SparePods, "",
			[]Container{Stated("spare", App, p.Rollout.Spare)}})
	}
	for _, i := range p.Infrastructure {
		all = append(all, Workload{i.Namespace, i.Name, i.Replicas, i.MaxSurge, stated(i.Containers)})
	}
	return all
}

func stated(containers []spec.NamedResources) []Container {
	var all []Container
	for _, c := range containers {
		all = append(all, Stated(c.Name, App, c.Resources()))
	}
	return all
}

// Stated is a container that states all four quantities.
func Stated(name string, role Role, r spec.Resources) Container {
	return Container{name, role, &r.CPURequest.Quantity, &r.CPULimit.Quantity,
		&r.MemoryRequest.Quantity, &r.MemoryLimit.Quantity}
}

// podsOf counts the pods of a namespace's deployments, and those that a rollout of all
// of them adds.
func podsOf(p *spec.Platform, namespace string) (pods, surge int) {
	for _, d := range p.Deployments {
		if d.Namespace != namespace {
			continue
		}
		pods += d.Replicas
		surge += mustSurge(p.Rollout.MaxSurge, d.Replicas)
	}
	return pods, surge
}

// infrastructureOf counts the containers of a namespace, and those that rolling
// all of its workloads adds.
func infrastructureOf(p *spec.Platform, namespace string) (containers, surge int) {
	for _, i := range p.Infrastructure {
		if i.Namespace != namespace {
			continue
		}
		containers += i.Replicas * len(i.Containers)
		surge += mustSurge(i.MaxSurge, i.Replicas) * len(i.Containers)
	}
	return containers, surge
}

// deployed is the sum of the pods of a namespace's deployments at their stated resources.
func deployed(p *spec.Platform, namespace string) Amount {
	var sum Amount
	for _, d := range p.Deployments {
		if d.Namespace != namespace {
			continue
		}
		for _, c := range d.Containers() {
			sum = sum.Add(AmountOf(c.Resources()).Times(d.Replicas))
		}
	}
	return sum
}
