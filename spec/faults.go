package spec

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"assay.dev/assay/spec/chaosmesh"
)

// Fault is one way to break the platform, with its recovery time objectives, counted
// from its end, and the requirement that judges them. Capability is empty for a fault
// that every target can do. Hold is how long the fault lasts after its effect was seen;
// one without it, as a kill, is over when it has happened. Situations name what a run
// with the fault has to come to (judge.Situation), or it proves nothing.
type Fault struct {
	Name string `yaml:"name"`
	// Action is what is done, Target what it is done to, and Peer the other side of an
	// action that has two.
	Action FaultAction `yaml:"action,omitempty"`
	Target FaultTarget `yaml:"target,omitempty"`
	Peer   FaultTarget `yaml:"peer,omitempty"`
	// Manifest is what is done, in the place of Action: a file of the specification's
	// directory that holds a manifest of Chaos Mesh. Proof says by what its effect is seen.
	Manifest string     `yaml:"manifest,omitempty"`
	Proof    FaultProof `yaml:"proof,omitempty"`
	// Group names what the fault takes away. In a schedule two faults of one group do not
	// overlap, and one of the group alone overlaps with nothing.
	Group string `yaml:"group"`
	// Core says that the fault is one of those that are injected with every judgement.
	Core            bool       `yaml:"core,omitempty"`
	KubernetesReady Duration   `yaml:"kubernetesReady"`
	EventsFlowing   Duration   `yaml:"eventsFlowing"`
	Hold            Duration   `yaml:"hold,omitempty"`
	Capability      Capability `yaml:"capability,omitempty"`
	Situations      []string   `yaml:"situations,omitempty"`

	// What the fault does, what it demands of the platform, how binding that is, and
	// why, come from faults.yaml for the faults of assay.
	FaultText `yaml:",inline"`
	// Requirement is the ID of the requirement that judges the fault.
	Requirement string `yaml:"-"`
	// Chaos is what Manifest holds, nil for a fault that has an action.
	Chaos *chaosmesh.Manifest `yaml:"-"`
}

// GroupAlone is the group of faults that take away what others need to be injected or
// seen.
const GroupAlone = "alone"

// FaultAction is what a fault does. The package fault makes one for each.
type FaultAction string

// faultActions are all actions.
var faultActions = []FaultAction{
	"pod-kill", "pod-failure", "container-kill", "partition", "partition-oneway", "network-delay", "network-loss",
	"network-duplicate", "network-corrupt", "network-bandwidth", "cpu-stress", "memory-stress", "clock-skew", "io-fault",
	"dns-fault", "node-pause", "node-stop", "scale-to-zero", "disk-full", "quota-exhaustion", "expired-tls-secret",
	"topic-deletion", "health-blip", "injector-outage-during-rollout", "poison-headers", "outage-then-silence", "clock-leap-back",
}

// FaultActions lists all actions.
func FaultActions() []FaultAction { return slices.Clone(faultActions) }

// UnmarshalYAML refuses any other action.
func (a *FaultAction) UnmarshalYAML(n *yaml.Node) error { return enum(n, a, "action of a fault") }

// Values implements Enumerated.
func (FaultAction) Values() []string {
	values := make([]string, len(faultActions))
	for i, v := range faultActions {
		values[i] = string(v)
	}
	return values
}

// TargetRole is what a component is for.
type TargetRole string

// The roles of components. The first four are of one component, which Name names.
const (
	TargetApplication    TargetRole = "application"    // one of deployments
	TargetInfrastructure TargetRole = "infrastructure" // one of infrastructure
	TargetControlPlane   TargetRole = "control-plane"  // one of dapr.controlPlane
	TargetTopic          TargetRole = "topic"          // one of topics
	TargetBrokers        TargetRole = "brokers"        // of Kafka
	TargetZooKeeper      TargetRole = "zookeeper"      // of Kafka
	TargetKafkaOperator  TargetRole = "kafka-operator"
	TargetSubscribers    TargetRole = "subscribers" // all applications that consume events
	TargetStateUsers     TargetRole = "state-users" // all applications that may use the state store
)

// UnmarshalYAML refuses any other role.
func (r *TargetRole) UnmarshalYAML(n *yaml.Node) error { return enum(n, r, "role") }

// Values implements Enumerated.
func (TargetRole) Values() []string {
	return []string{string(TargetApplication), string(TargetInfrastructure), string(TargetControlPlane), string(TargetTopic), string(TargetBrokers), string(TargetZooKeeper), string(TargetKafkaOperator), string(TargetSubscribers), string(TargetStateUsers)}
}

// FaultTarget is what a fault is aimed at: a component by its role, and by its name where
// several have the role.
type FaultTarget struct {
	Role TargetRole `yaml:"role"`
	Name string     `yaml:"name,omitempty"`
	// Container is the container of an application's pod that is hit, the application's
	// own if it is empty.
	Container string `yaml:"container,omitempty"`
	// Pods is how many pods of each component are hit, the first by their names; 0 stands
	// for all. A database of three replicas survives the loss of one.
	Pods int `yaml:"pods,omitempty"`
	// Port is where a component that is cut off listens.
	Port int `yaml:"port,omitempty"`
	// Topic is the one whose records are written for a target.
	Topic string `yaml:"topic,omitempty"`
	// Keys is what the keys of events that wait to be published contain in a database.
	Keys string `yaml:"keys,omitempty"`
}

// String names the target for people.
func (t FaultTarget) String() string { return strings.TrimSpace(string(t.Role) + " " + t.Name) }

// validateFaults wants each reference of a fault to name something. That a role has no
// component is no mistake: the fault does not apply then.
func (p *Platform) validateFaults(c *checker) {
	c.unique("faults", namesOf(p.Faults, func(f Fault) string { return f.Name }))
	for _, f := range p.Faults {
		path := "faults[" + f.Name + "]"
		c.name(path, f.Name)
		c.name(path+".group", f.Group)
		p.validateTarget(c, path+".target", f.Target)
		p.validateTarget(c, path+".peer", f.Peer)
		f.validateMechanism(c, path)
	}
}

func (p *Platform) validateTarget(c *checker, path string, t FaultTarget) {
	var names []string
	switch t.Role {
	case TargetApplication:
		names = namesOf(p.Deployments, func(d Deployment) string { return d.Name })
	case TargetInfrastructure:
		names = namesOf(p.Infrastructure, func(i Infrastructure) string { return i.Name })
	case TargetControlPlane:
		names = namesOf(p.Dapr.ControlPlane, func(s Service) string { return s.Name })
	case TargetTopic:
		names = namesOf(p.Topics, func(t Topic) string { return t.Name })
	default:
		if t.Name != "" {
			c.add("%s.name: %q; the role %s names its components itself", path, t.Name, t.Role)
		}
	}
	if names != nil && !slices.Contains(names, t.Name) {
		c.add("%s", fmt.Sprintf("%s.name: no %s is called %q%s", path, t.Role, t.Name, hint(t.Name, names)))
	}
	if t.Pods < 0 {
		c.add("%s.pods: %d; set the number of pods, or leave it out for all", path, t.Pods)
	}
	if topics := namesOf(p.Topics, func(t Topic) string { return t.Name }); t.Topic != "" && !slices.Contains(topics, t.Topic) {
		c.add("%s.topic: no topic is called %q%s", path, t.Topic, hint(t.Topic, topics))
	}
}
