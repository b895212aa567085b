package mutants

import (
	"slices"
	"strings"

	"assay.dev/assay/spec"
)

// faults are the faults of a specification that hit something, whatever their levels, in
// their order.
func faults(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, f := range s.Faults {
		roles := append([]spec.TargetRole{f.Target.Role, f.Peer.Role}, beside(f.Action)...)
		if !slices.ContainsFunc(roles, func(role spec.TargetRole) bool { return !hits(s, role) }) {
			all = append(all, spec.Row{Names: map[string]string{"name": spec.Slug(f.Name)}, Value: f})
		}
	}
	return all
}

// beside are the roles that an action needs a component of, beside those that it is aimed
// at: to be measured, or to be done.
func beside(action spec.FaultAction) []spec.TargetRole {
	switch {
	case strings.HasPrefix(string(action), "network-"):
		return []spec.TargetRole{spec.TargetSubscribers}
	case action == "clock-leap-back":
		return []spec.TargetRole{spec.TargetBrokers}
	}
	return nil
}

// hits reports whether the specification has a component of a role. Roles whose components are
// named always have one.
func hits(s *spec.Spec, role spec.TargetRole) bool {
	part := func(name string) bool {
		return slices.ContainsFunc(s.Infrastructure, func(i spec.Infrastructure) bool { return i.Name == name })
	}
	switch role {
	case spec.TargetBrokers:
		return part(s.Kafka.Name + "-kafka")
	case spec.TargetZooKeeper:
		return part(s.Kafka.Name + "-zookeeper")
	case spec.TargetKafkaOperator:
		return part(s.Kafka.Operator.Deployment)
	case spec.TargetSubscribers:
		return slices.ContainsFunc(s.Deployments, func(d spec.Deployment) bool {
			return slices.ContainsFunc(s.Dapr.Subscriptions, func(sub spec.Subscription) bool { return sub.App == d.Dapr.AppID })
		})
	case spec.TargetStateUsers:
		return slices.ContainsFunc(s.Deployments, func(d spec.Deployment) bool {
			return slices.ContainsFunc(s.Dapr.Components, func(c spec.Component) bool {
				return strings.HasPrefix(c.Type, "state.") && slices.Contains(c.Scopes, d.Dapr.AppID)
			})
		})
	}
	return true
}
