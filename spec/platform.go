package spec

import (
	"fmt"
	"slices"
)

// Platform is everything that SPEC.md states as a value, and the derived values
// beside it. See platform.yaml for which is which.
type Platform struct {
	Specification  Specification    `yaml:"specification"`
	OCI            OCI              `yaml:"oci,omitempty"`
	Namespaces     []Namespace      `yaml:"namespaces"`
	Kafka          Kafka            `yaml:"kafka"`
	Topics         []Topic          `yaml:"topics"`
	Events         []EventFamily    `yaml:"events,omitempty"`
	Dapr           Dapr             `yaml:"dapr"`
	Deployments    []Deployment     `yaml:"deployments"`
	Rollout        Rollout          `yaml:"rollout"`
	Infrastructure []Infrastructure `yaml:"infrastructure,omitempty"`
	Volumes        []Volume         `yaml:"volumes,omitempty"`
	Ingress        Ingress          `yaml:"ingress,omitempty"`
	Quotas         []Quota          `yaml:"quotas,omitempty"`
	LimitRange     LimitRange       `yaml:"limitRange,omitempty"`
	Network        Network          `yaml:"network,omitempty"`
	// Allowed may be in the platform's namespaces beside what charts and controllers make.
	Allowed  []Allowed `yaml:"allowed,omitempty"`
	Timeouts Timeouts  `yaml:"timeouts"`
	Load     Traffic   `yaml:"load,omitempty"`
	Faults   []Fault   `yaml:"faults,omitempty"`
}

// Specification identifies the revision of SPEC.md (its head).
type Specification struct {
	Feature string `yaml:"feature"`
	Date    Date   `yaml:"date"`
}

// ParsePlatform decodes and validates a platform; name is what errors call the
// file. The error, if any, is a Problems with every problem found.
func ParsePlatform(name string, raw []byte) (*Platform, error) {
	p := &Platform{}
	if err := decodeStrict(name, raw, p); err != nil {
		return nil, err
	}
	p.nameRequirements()
	if problems := p.validate(name); len(problems) > 0 {
		return nil, withLines(raw, problems)
	}
	return p, nil
}

// find returns the element of list that is called name. An unknown name is a
// mistake in a program, not in data, and panics with the names nearby.
func find[T any](what string, list []T, name string, nameOf func(T) string) T {
	names := make([]string, 0, len(list))
	for _, item := range list {
		if nameOf(item) == name {
			return item
		}
		names = append(names, nameOf(item))
	}
	panic(fmt.Sprintf("spec: no %s %q%s", what, name, hint(name, names)))
}

// Namespace returns the namespace of that name.
func (p *Platform) Namespace(name string) Namespace {
	return find("namespace", p.Namespaces, name, func(n Namespace) string { return n.Name })
}

// Topic returns the topic of that name, dead-letter topics included.
func (p *Platform) Topic(name string) Topic {
	return find("topic", p.Topics, name, func(t Topic) string { return t.Name })
}

// DeadLetters returns the dead-letter topic of a topic.
func (p *Platform) DeadLetters(topic string) Topic {
	return find("dead-letter topic of", p.Topics, topic, func(t Topic) string { return t.DeadLettersOf })
}

// Component returns the Dapr component of that name.
func (p *Platform) Component(name string) Component {
	return find("Dapr component", p.Dapr.Components, name, func(c Component) string { return c.Name })
}

// Deployment returns the deployment of that name.
func (p *Platform) Deployment(name string) Deployment {
	return find("deployment", p.Deployments, name, func(d Deployment) string { return d.Name })
}

// Quota returns the quota of a namespace.
func (p *Platform) Quota(namespace string) Quota {
	return find("quota for namespace", p.Quotas, namespace, func(q Quota) string { return q.Namespace })
}

// Event returns the event family of that name.
func (p *Platform) Event(family string) EventFamily {
	return find("event family", p.Events, family, func(e EventFamily) string { return e.Family })
}

// Fault returns the recovery time objectives of a fault.
func (p *Platform) Fault(name string) Fault {
	return find("fault", p.Faults, name, func(f Fault) string { return f.Name })
}

// Subnet returns the subnet of that tier.
func (p *Platform) Subnet(tier Tier) Subnet {
	return find("subnet", p.OCI.Subnets, string(tier), func(s Subnet) string { return string(s.Tier) })
}

// Gateway returns the gateway of that kind.
func (p *Platform) Gateway(kind GatewayKind) Gateway {
	return find("gateway", p.OCI.Gateways, string(kind), func(g Gateway) string { return string(g.Kind) })
}

// DeadLetterTopic returns the topic that takes the dead letters of a topic, empty if none
// does.
func (p *Platform) DeadLetterTopic(topic string) string {
	for _, t := range p.Topics {
		if t.DeadLettersOf == topic {
			return t.Name
		}
	}
	return ""
}

// OfRole returns the workload beside the deployments that has a role, and whether there
// is one.
func (p *Platform) OfRole(role Role) (Infrastructure, bool) {
	i := slices.IndexFunc(p.Infrastructure, func(i Infrastructure) bool { return i.Role == role })
	if i < 0 {
		return Infrastructure{}, false
	}
	return p.Infrastructure[i], true
}

// SpecifiedTopics returns the topics that SPEC.md itself lists.
func (p *Platform) SpecifiedTopics() []Topic {
	var topics []Topic
	for _, t := range p.Topics {
		if t.DeadLettersOf == "" {
			topics = append(topics, t)
		}
	}
	return topics
}

// nameRequirements gives rows the IDs of the requirements that templates make of them.
func (p *Platform) nameRequirements() {
	for i := range p.Events {
		e := &p.Events[i]
		e.Requirement, e.Closed = "topic."+Slug(e.Topic)+".carries", "event."+Slug(e.Family)+".members"
	}
	for i := range p.Faults {
		p.Faults[i].Requirement = "fault." + Slug(p.Faults[i].Name)
	}
}
