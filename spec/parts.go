package spec

import (
	"fmt"
	"slices"
	"strings"
)

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
func (p *Platform) Controller() Infrastructure { return p.ofRole(RoleIngress) }

// Metrics is the metrics server.
func (p *Platform) Metrics() Infrastructure { return p.ofRole(RoleMetrics) }

// Database is the workload that keeps the applications' state.
func (p *Platform) Database() Infrastructure { return p.ofRole(RoleStateDatabase) }

func (p *Platform) ofRole(role Role) Infrastructure {
	found, _ := p.OfRole(role)
	return found
}

// Subscription is the first subscription of Worker.
func (p *Platform) Subscription() Subscription {
	return first(p.Dapr.Subscriptions, func(s Subscription) bool { return s.App == p.Worker().Dapr.AppID })
}

// ComponentOf is the first component whose type starts with a building block of Dapr.
func (p *Platform) ComponentOf(block string) Component {
	return first(p.Dapr.Components, func(c Component) bool { return len(c.Type) > len(block) && c.Type[:len(block)] == block })
}

// FlowTo is the first connection from AppNamespace that is allowed to a namespace.
func (p *Platform) FlowTo(namespace string) Flow {
	return first(p.Network.Allowed, func(f Flow) bool { return f.From == p.AppNamespace() && f.To == namespace })
}

// ForeignTopic is a dead-letter topic of a topic that Worker does not subscribe to.
func (p *Platform) ForeignTopic() Topic {
	return first(p.Topics, func(t Topic) bool {
		return t.DeadLettersOf != "" && !slices.ContainsFunc(p.Dapr.Subscriptions, func(s Subscription) bool {
			return s.App == p.Worker().Dapr.AppID && s.Topic == t.DeadLettersOf
		})
	})
}

// Outsider is the first deployment that is outside of a component's scopes.
func (p *Platform) Outsider(c Component) Deployment {
	return first(p.Deployments, func(d Deployment) bool { return len(c.Scopes) > 0 && !slices.Contains(c.Scopes, d.Dapr.AppID) })
}

// At is where an entry of the component's configuration stands, -1 if it has none of this
// name.
func (c Component) At(name string) int {
	return slices.IndexFunc(c.Metadata, func(m Metadata) bool { return m.Name == name })
}

// Widened is an entry of the component's configuration that lists topics by application
// ("app=a,b;other=c"), with one topic more for one application.
func (c Component) Widened(name, app, topic string) (string, error) {
	at := c.At(name)
	if at < 0 {
		return "", fmt.Errorf("component %s has no %s", c.Name, name)
	}
	parts := strings.Split(c.Metadata[at].Value, ";")
	for i, part := range parts {
		if of, topics, _ := strings.Cut(part, "="); of == app {
			parts[i] = of + "=" + strings.TrimPrefix(topics+","+topic, ",")
		}
	}
	return strings.Join(parts, ";"), nil
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
