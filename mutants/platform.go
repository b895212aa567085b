package mutants

import (
	"slices"
	"strings"

	"assay.dev/assay/spec"
)

// worker is the deployment that mutants of one deployment change: the first that takes
// events, or else the first with a sidecar, or the first.
func worker(s *spec.Spec) []spec.Row {
	for _, d := range append([]spec.Deployment{s.Worker()}, append(s.Sidecars(), s.Deployments...)...) {
		if d.Name != "" {
			return named(d.Name, d)
		}
	}
	return nil
}

// sidecar is the deployment whose sidecar mutants change: the one behind the first route,
// or else the first.
func sidecar(s *spec.Spec) []spec.Row {
	for _, d := range append([]spec.Deployment{s.FrontEnd()}, s.Sidecars()...) {
		if d.Dapr.Enabled {
			return named(d.Name, d)
		}
	}
	return nil
}

// named is a table of one row.
func named(name string, value any) []spec.Row {
	return []spec.Row{{Names: map[string]string{"name": spec.Slug(name)}, Value: value}}
}

// lastOf is a table of the last row of another one.
func lastOf(all []spec.Row) []spec.Row { return all[max(0, len(all)-1):] }

// swapped is a route with another service, and where it stands among the routes.
type swapped struct {
	spec.Route
	At        int
	OtherName string
	OtherPort int
}

// swappedRoutes are the routes, the first one with the service of the last and the others
// with that of the first, or with any other where that is the same.
func swappedRoutes(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for at, row := range table(s, "routes") {
		paths := s.Ingress.Paths
		candidates := []spec.Route{paths[0]}
		if at == 0 {
			candidates = []spec.Route{paths[len(paths)-1]}
		}
		for _, d := range s.Deployments {
			candidates = append(candidates, spec.Route{Service: d.Name, Port: d.Dapr.AppPort})
		}
		other := slices.IndexFunc(candidates, func(r spec.Route) bool { return r.Service != paths[at].Service })
		if other >= 0 {
			row.Value = swapped{paths[at], at, candidates[other].Service, candidates[other].Port}
			all = append(all, row)
		}
	}
	return all
}

// ingress is the ingress.
type ingress struct{ spec.Ingress }

// Wild are all hosts beside that of the ingress, of the same domain.
func (f ingress) Wild() string {
	_, domain, _ := strings.Cut(f.Host, ".")
	return "*." + domain
}

// scoped is a scope of a pub/sub component, an application, and a topic that the
// application's part of the scope does not list.
type scoped struct {
	spec.Component
	Entry string
	App   spec.Deployment
	Topic spec.Topic
}

// Widened is the scope with the topic.
func (w scoped) Widened() (string, error) {
	return w.Component.Widened(w.Entry, w.App.Dapr.AppID, w.Topic.Name)
}

// scopes are the scopes of topics, each with the first application that lacks a topic of
// dead letters which it does not cause.
func scopes(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for name, entry := range map[string]string{"publishing": "publishingScopes", "subscription": "subscriptionScopes"} {
		for _, c := range s.Dapr.Components {
			if at := c.At(entry); at >= 0 && strings.HasPrefix(c.Type, "pubsub.") {
				if row, ok := scopeOf(s, c, entry, c.Metadata[at].Value); ok {
					row.Names = map[string]string{"scope": name}
					all = append(all, row)
					break
				}
			}
		}
	}
	return all
}

func scopeOf(s *spec.Spec, c spec.Component, entry, value string) (spec.Row, bool) {
	for _, app := range append([]spec.Deployment{s.Worker()}, s.Sidecars()...) {
		_, part, listed := strings.Cut(";"+value, ";"+app.Dapr.AppID+"=")
		topics, _, _ := strings.Cut(part, ";")
		for _, t := range s.Topics {
			of := slices.ContainsFunc(s.Dapr.Subscriptions, func(sub spec.Subscription) bool {
				return sub.App == app.Dapr.AppID && sub.Topic == t.DeadLettersOf
			})
			if listed && app.Dapr.AppID != "" && t.DeadLettersOf != "" && !of && !slices.Contains(strings.Split(topics, ","), t.Name) {
				return spec.Row{Value: scoped{c, entry, app, t}}, true
			}
		}
	}
	return spec.Row{}, false
}

// subscribed is a subscription with the deployment that it is of.
type subscribed struct {
	spec.Subscription
	App spec.Deployment
}

// deadLettered are the subscriptions that name a topic for their dead letters, that of the
// worker first.
func deadLettered(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, sub := range append([]spec.Subscription{s.Subscription()}, s.Dapr.Subscriptions...) {
		if app, known := s.Application(sub.App); known && sub.DeadLetterTopic != "" {
			all = append(all, named(sub.Name, subscribed{sub, app})...)
		}
	}
	return all
}

// crowded is a workload with more replicas than the quota of its namespace has room for.
type crowded struct {
	spec.Infrastructure
	TooMany int64
}

// crowdedWorkloads are the deployments beside the applications in namespaces with a quota,
// the metrics server first.
func crowdedWorkloads(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, i := range append([]spec.Infrastructure{s.Metrics()}, s.Infrastructure...) {
		for _, q := range s.Quotas {
			limit := int64(0)
			for _, c := range i.Containers {
				limit += c.CPULimit.Milli()
			}
			if q.Namespace == i.Namespace && i.Kind == "Deployment" && limit > 0 {
				all = append(all, named(i.Name, crowded{i, q.CPULimit.Milli()/limit + 1})...)
			}
		}
	}
	return all
}

// unprivileged are the namespaces that do not let every pod in.
func unprivileged(s *spec.Spec) []spec.Row {
	return slices.DeleteFunc(table(s, "namespaces"), func(row spec.Row) bool {
		return row.Value.(spec.Namespace).PodSecurity == "privileged"
	})
}

// flows are connections that are allowed, from the first deployment's namespace into
// another one, the one to the state store first.
func flows(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, f := range append([]spec.Flow{s.FlowTo(s.Database().Namespace)}, s.Network.Allowed...) {
		if f.From == s.AppNamespace() && f.From != "" && f.To != f.From {
			all = append(all, spec.Row{Value: f})
		}
	}
	return all
}

// shutOut are connections that are refused where they start.
func shutOut(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, f := range s.Network.Outbound.Denied {
		all = append(all, spec.Row{Value: f})
	}
	return all
}

// secluded are the namespaces that the metadata service is hidden from.
func secluded(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, name := range s.Network.Outbound.Metadata.Hidden {
		all = append(all, named(name, name)...)
	}
	return all
}

// ofApplications are the quotas of the namespace of the first deployment: one or none.
func ofApplications(s *spec.Spec) []spec.Row {
	return slices.DeleteFunc(table(s, "quotas"), func(row spec.Row) bool {
		return row.Value.(spec.Quota).Namespace != s.AppNamespace()
	})
}

// brokers is the Kafka cluster, with whether its namespace has a quota, and a namespace that
// may not connect to it.
type brokers struct {
	spec.Kafka
	Bounded bool
	Outside string
}

func brokerRow(s *spec.Spec) []spec.Row {
	if s.Kafka.Name == "" {
		return nil
	}
	b := brokers{Kafka: s.Kafka}
	b.Bounded = slices.ContainsFunc(s.Quotas, func(q spec.Quota) bool { return q.Namespace == s.Kafka.Namespace })
	for _, n := range s.Namespaces {
		allowed := func(f spec.Flow) bool { return f.From == n.Name && f.To == s.Kafka.Namespace }
		if n.Name != s.Kafka.Namespace && !slices.ContainsFunc(s.Network.Allowed, allowed) {
			b.Outside = n.Name
		}
	}
	return named(s.Kafka.Name, b)
}
