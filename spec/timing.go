package spec

import "go.yaml.in/yaml/v3"

// Timeouts are all bounds of all waits. platform.yaml says what each bounds.
type Timeouts struct {
	PollInterval        Duration `yaml:"pollInterval"`
	StableFor           Duration `yaml:"stableFor"`
	APIRequest          Duration `yaml:"apiRequest"`
	HTTPRequest         Duration `yaml:"httpRequest"`
	PortForward         Duration `yaml:"portForward"`
	PodReady            Duration `yaml:"podReady"`
	DeploymentAvailable Duration `yaml:"deploymentAvailable"`
	Rollout             Duration `yaml:"rollout"`
	RolloutFailed       Duration `yaml:"rolloutFailed"`
	ObjectDeleted       Duration `yaml:"objectDeleted"`
	NamespaceDeleted    Duration `yaml:"namespaceDeleted"`
	KafkaReady          Duration `yaml:"kafkaReady"`
	TopicReady          Duration `yaml:"topicReady"`
	SidecarReady        Duration `yaml:"sidecarReady"`
	IngressRoute        Duration `yaml:"ingressRoute"`
	NetworkRules        Duration `yaml:"networkRules"`
	QuotaStatus         Duration `yaml:"quotaStatus"`
	MetricsAvailable    Duration `yaml:"metricsAvailable"`
	ClockSkew           Duration `yaml:"clockSkew"`
	EventInKafka        Duration `yaml:"eventInKafka"`
	EventDelivered      Duration `yaml:"eventDelivered"`
	DeadLettered        Duration `yaml:"deadLettered"`
	Drain               Duration `yaml:"drain"`
	RetentionExpired    Duration `yaml:"retentionExpired"`
	FaultEffect         Duration `yaml:"faultEffect"`
	FaultResidue        Duration `yaml:"faultResidue"`
	Recovery            Duration `yaml:"recovery"`
	SteadyState         Duration `yaml:"steadyState"`
	OCIWorkRequest      Duration `yaml:"ociWorkRequest"`
	Terraform           Duration `yaml:"terraform"`
	Interrupt           Duration `yaml:"interrupt"`
	Diagnostics         Duration `yaml:"diagnostics"`
	Suite               Duration `yaml:"suite"`
	ChaosSuite          Duration `yaml:"chaosSuite"`
}

// Capability is something that a target may lack.
type Capability string

// UnmarshalYAML refuses any other capability.
func (c *Capability) UnmarshalYAML(n *yaml.Node) error { return enum(n, c, "capability") }

// Values implements Enumerated.
func (Capability) Values() []string {
	return []string{"network-partition", "network-delay", "network-loss", "network-duplicate", "network-corrupt", "network-bandwidth", "stress", "clock", "io", "dns", "node", "volume"}
}

// Fault holds the recovery time objectives of one fault, counted from its end.
// Capability is empty for a fault that every target can do. Hold is how long the fault
// lasts after its effect was seen; one without it, as a kill, is over when it has
// happened. Situations name what a run with the fault has to come to (judge.Situation),
// or it proves nothing.
type Fault struct {
	Name            string     `yaml:"name"`
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
}
