package spec

import "slices"

// Parts of a platform that tests and mutants pick where any of their kind would do. What
// the platform does not have is the zero value.

// AppNamespace is the namespace of the first deployment.
func (p *Platform) AppNamespace() string {
	if len(p.Deployments) == 0 {
		return ""
	}
	return p.Deployments[0].Namespace
}

// Worker is the first deployment that subscribes to a topic and is called by its sidecar
// alone.
func (p *Platform) Worker() Deployment {
	return first(p.Deployments, func(d Deployment) bool {
		return d.Dapr.AppToken && slices.ContainsFunc(p.Dapr.Subscriptions, func(s Subscription) bool { return s.App == d.Dapr.AppID })
	})
}

// FrontEnd is the deployment that the first route of the ingress leads to, API the one
// that the last leads to.
func (p *Platform) FrontEnd() Deployment {
	return first(p.Deployments, func(d Deployment) bool { return len(p.Ingress.Paths) > 0 && d.Name == p.Ingress.Paths[0].Service })
}

// API is the deployment that the last route of the ingress leads to.
func (p *Platform) API() Deployment {
	return first(p.Deployments, func(d Deployment) bool {
		return len(p.Ingress.Paths) > 0 && d.Name == p.Ingress.Paths[len(p.Ingress.Paths)-1].Service
	})
}

// Controller is the ingress controller, Metrics the metrics server, Database what keeps
// the applications' state.
func (p *Platform) Controller() Infrastructure { return p.named(IngressController) }

// Metrics is the metrics server.
func (p *Platform) Metrics() Infrastructure { return p.named(MetricsServer) }

// Database is the workload that keeps the applications' state.
func (p *Platform) Database() Infrastructure { return p.named(Database) }

func (p *Platform) named(name string) Infrastructure {
	found, _ := p.InfrastructureNamed(name)
	return found
}

// Subscription is the first subscription of Worker.
func (p *Platform) Subscription() Subscription {
	return first(p.Dapr.Subscriptions, func(s Subscription) bool { return s.App == p.Worker().Dapr.AppID })
}

// ComponentOf is the first component whose type begins with a building block of Dapr.
func (p *Platform) ComponentOf(block string) Component {
	return first(p.Dapr.Components, func(c Component) bool { return len(c.Type) > len(block) && c.Type[:len(block)] == block })
}

// AppCPULimit is the sum of the CPU limits of all containers of the deployments in
// AppNamespace, in millicores.
func (p *Platform) AppCPULimit() int64 {
	sum := int64(0)
	for _, d := range p.Deployments {
		if d.Namespace == p.AppNamespace() {
			sum += int64(d.Replicas) * (d.App.CPULimit.Milli() + d.Sidecar.CPULimit.Milli())
		}
	}
	return sum
}

func first[T any](list []T, suits func(T) bool) T {
	if at := slices.IndexFunc(list, suits); at >= 0 {
		return list[at]
	}
	var none T
	return none
}
