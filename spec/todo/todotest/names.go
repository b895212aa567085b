package todotest

import (
	"slices"

	"assay.dev/assay/spec"
)

// Names are the names that a specification gives to what it consists of, in their order.
func Names(s *spec.Spec) []string {
	all := []string{s.Kafka.Name, s.Kafka.Bootstrap, s.Ingress.Name, s.Ingress.Host, s.Ingress.TLSSecret, s.Dapr.Resiliency.Name}
	for _, d := range s.Deployments {
		all = append(all, d.Name, d.Dapr.AppID)
	}
	for _, t := range s.Topics {
		all = append(all, t.Name)
	}
	for _, e := range s.Events {
		all = append(append(all, e.Family, e.Source, e.Key, e.Label), e.Types...)
	}
	for _, n := range s.Namespaces {
		all = append(all, n.Name)
	}
	for _, c := range s.Dapr.Components {
		all = append(all, c.Name)
	}
	for _, i := range s.Infrastructure {
		all = append(all, i.Name, i.Namespace)
	}
	for _, r := range s.Load.Requests {
		all = append(all, r.Path)
	}
	for _, f := range s.Faults {
		all = append(all, f.Name)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(name string) bool { return name == "" })
}
