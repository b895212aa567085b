package spec

import (
	"slices"
	"strings"
)

// Row is one row of a table.
type Row struct {
	// Names are what the braces of an ID stand for.
	Names map[string]string
	// Value is what sentences are filled from and checks are given.
	Value any
}

// Fill puts the row's names into the braces of an ID.
func (r Row) Fill(id string) string {
	for name, slug := range r.Names {
		id = strings.ReplaceAll(id, "{"+name+"}", slug)
	}
	return id
}

// tables are what templates can be for. A table without rows makes no requirement: what
// the specification does not have cannot be judged.
var tables = map[string]func(*Spec) []Row{
	"": func(s *Spec) []Row { return []Row{{Value: s.Platform}} },

	"vcn": func(s *Spec) []Row { return single(s.OCI.VCN.Name != "", s.OCI.VCN) },
	"cluster": func(s *Spec) []Row {
		return single(s.OCI.OKECluster.Name != "", CloudCluster{s.OCI.OKECluster, s.OCI.VCN})
	},
	"database": func(s *Spec) []Row { return single(s.OCI.AutonomousDatabase.Name != "", s.OCI.AutonomousDatabase) },
	"node-pool": func(s *Spec) []Row {
		return single(s.OCI.NodePool.Name != "", s.OCI.NodePool)
	},
	"subnets": func(s *Spec) []Row {
		return rows(s.OCI.Subnets, "tier", func(n Subnet) string { return string(n.Tier) })
	},
	"internet-gateway": func(s *Spec) []Row { return s.gateways(InternetGateway) },
	"nat-gateway":      func(s *Spec) []Row { return s.gateways(NATGateway) },
	"service-gateway":  func(s *Spec) []Row { return s.gateways(ServiceGateway) },

	"own-namespaces": func(s *Spec) []Row {
		own := s.OwnNamespaces()
		if len(own) == 0 {
			return nil
		}
		return single(true, FirstAndLast{own[0], own[len(own)-1]})
	},
	"object-kinds": func(s *Spec) []Row {
		if len(s.OwnNamespaces()) == 0 {
			return nil
		}
		// Without authentication there are no users, and the cluster need not know them.
		kinds := slices.DeleteFunc(slices.Clone(objectKinds), func(k ObjectKind) bool {
			return k.Kind == "KafkaUser" && s.Kafka.Listener.Authentication == ""
		})
		return rows(kinds, "kind", func(k ObjectKind) string { return k.Plural })
	},
	"namespaces": func(s *Spec) []Row { return rows(s.Namespaces, "name", nameOfNamespace) },
	"unlimited-namespaces": func(s *Spec) []Row {
		return rows(slices.DeleteFunc(slices.Clone(s.Namespaces), func(n Namespace) bool {
			return slices.ContainsFunc(s.Quotas, func(q Quota) bool { return q.Namespace == n.Name })
		}), "namespace", nameOfNamespace)
	},
	"deployments": func(s *Spec) []Row {
		return rows(s.Deployments, "name", func(d Deployment) string { return d.Name })
	},
	"sidecars": func(s *Spec) []Row {
		return rows(s.Sidecars(), "name", func(d Deployment) string { return d.Name })
	},
	"metrics-server": func(s *Spec) []Row {
		return only(s.Infrastructure, func(i Infrastructure) bool { return i.Role == RoleMetrics })
	},
	"quotas": func(s *Spec) []Row {
		return rows(s.Quotas, "namespace", func(q Quota) string { return q.Namespace })
	},
	"last-quota": func(s *Spec) []Row {
		return rows(s.Quotas[max(0, len(s.Quotas)-1):], "namespace", func(q Quota) string { return q.Namespace })
	},
	"limit-range": func(s *Spec) []Row { return single(len(s.LimitRange.Namespaces) > 0, s.LimitRange) },
	"ingress":     func(s *Spec) []Row { return single(s.Ingress.Name != "", s.Ingress) },
	"routes":      func(s *Spec) []Row { return rows(s.Ingress.Paths, "path", Route.slug) },
	"first-route": func(s *Spec) []Row { return rows(s.Ingress.Paths[:min(1, len(s.Ingress.Paths))], "path", Route.slug) },
	"other-routes": func(s *Spec) []Row {
		return rows(s.Ingress.Paths[min(1, len(s.Ingress.Paths)):], "path", Route.slug)
	},
	"denied-namespaces": func(s *Spec) []Row {
		var to []DeniedNamespace
		for _, flow := range s.Network.Denied {
			if one := (DeniedNamespace{To: flow.To}); !slices.Contains(to, one) {
				to = append(to, one)
			}
		}
		return rows(to, "to", func(d DeniedNamespace) string { return d.To })
	},

	"kafka": func(s *Spec) []Row { return single(s.Kafka.Name != "", s.Kafka) },
	// Nothing is promised of what a broker stores in its pod alone.
	"persistent-kafka": func(s *Spec) []Row {
		return single(s.Kafka.Name != "" && s.Kafka.Storage.Type == Persistent, s.Kafka)
	},
	"zookeeper":          func(s *Spec) []Row { return single(s.Kafka.Name != "" && s.Kafka.ZooKeeper.Replicas > 0, s.Kafka) },
	"topics":             func(s *Spec) []Row { return rows(s.SpecifiedTopics(), "name", nameOfTopic) },
	"dead-letter-topics": func(s *Spec) []Row { return rows(s.deadLetterTopics(), "name", nameOfTopic) },
	"declared-topics":    func(s *Spec) []Row { return rows(s.Topics, "name", nameOfTopic) },
	"event-topics": func(s *Spec) []Row {
		return rows(slices.DeleteFunc(s.SpecifiedTopics(), func(t Topic) bool {
			return !slices.ContainsFunc(s.Events, func(e EventFamily) bool { return e.Topic == t.Name })
		}), "name", nameOfTopic)
	},
	"events": func(s *Spec) []Row {
		return rows(s.Events, "family", func(e EventFamily) string { return e.Family })
	},
	"event-fields":          func(s *Spec) []Row { return s.eventFields(true) },
	"optional-event-fields": func(s *Spec) []Row { return s.eventFields(false) },

	"components":        func(s *Spec) []Row { return s.components("") },
	"pubsub-components": func(s *Spec) []Row { return s.components("pubsub.") },
	"state-components":  func(s *Spec) []Row { return s.components("state.") },
	"secret-components": func(s *Spec) []Row { return s.components("secretstores.") },
	"services":          func(s *Spec) []Row { return append(s.services(true), s.services(false)...) },
	"drawn-services":    func(s *Spec) []Row { return s.services(true) },
	"undrawn-services":  func(s *Spec) []Row { return s.services(false) },
	"resiliency":        func(s *Spec) []Row { return single(s.Dapr.Resiliency.Name != "", s.Dapr.Resiliency) },

	"faults":         func(s *Spec) []Row { return s.faults(Must) },
	"desired-faults": func(s *Spec) []Row { return s.faults(Should) },
}

// Rows returns the rows of a table that templates can be for, and whether there is such a
// table.
func (s *Spec) Rows(table string) (rows []Row, known bool) {
	of, known := tables[table]
	if !known {
		return nil, false
	}
	return of(s), true
}

// FirstAndLast are two namespaces of the platform, in alphabetical order.
type FirstAndLast struct{ First, Last string }

// CloudCluster is the cluster of the cloud with the network that it is in.
type CloudCluster struct {
	OKECluster
	VCN VCN
}

// DeniedNamespace is a namespace that some pods must not reach.
type DeniedNamespace struct{ To string }

// ControlPlaneService is a service of Dapr's control plane with its namespace.
type ControlPlaneService struct {
	Service
	Namespace string
}

func nameOfNamespace(n Namespace) string { return n.Name }
func nameOfTopic(t Topic) string         { return t.Name }

// slug is the path as a part of an ID.
func (r Route) slug() string {
	if slug := Slug(r.Path); slug != "" {
		return slug
	}
	return "root"
}

// rows makes one row of each item, called by a name of its own.
func rows[T any](list []T, name string, nameOf func(T) string) []Row {
	all := make([]Row, len(list))
	for i, item := range list {
		all[i] = Row{Names: map[string]string{name: Slug(nameOf(item))}, Value: item}
	}
	return all
}

// single is a table of one row, or of none.
func single(there bool, value any) []Row {
	if !there {
		return nil
	}
	return []Row{{Value: value}}
}

// only is the first item that suits, as a table.
func only[T any](list []T, suits func(T) bool) []Row {
	at := slices.IndexFunc(list, suits)
	if at < 0 {
		return nil
	}
	return single(true, list[at])
}

func (s *Spec) gateways(kind GatewayKind) []Row {
	return only(s.OCI.Gateways, func(g Gateway) bool { return g.Kind == kind })
}

func (s *Spec) deadLetterTopics() []Topic {
	return slices.DeleteFunc(slices.Clone(s.Topics), func(t Topic) bool { return t.DeadLettersOf == "" })
}

// components are those whose type starts with a building block of Dapr.
func (s *Spec) components(block string) []Row {
	return rows(slices.DeleteFunc(slices.Clone(s.Dapr.Components), func(c Component) bool {
		return !strings.HasPrefix(c.Type, block)
	}), "name", func(c Component) string { return c.Name })
}

func (s *Spec) services(drawn bool) []Row {
	var list []ControlPlaneService
	for _, service := range s.Dapr.ControlPlane {
		if service.Drawn == drawn {
			list = append(list, ControlPlaneService{service, s.Dapr.Namespace})
		}
	}
	return rows(list, "name", func(c ControlPlaneService) string { return c.Name })
}

func (s *Spec) faults(level Level) []Row {
	return rows(slices.DeleteFunc(slices.Clone(s.Faults), func(f Fault) bool {
		return f.Level != level
	}), "name", func(f Fault) string { return f.Name })
}
