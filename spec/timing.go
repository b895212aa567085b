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

// What a cluster of somebody else may lack; the others are what faults need.
const (
	// IngressAddress is an address at which the ingress controller is reached from here.
	IngressAddress Capability = "ingress-address"
	// KafkaAccess is a listener of Kafka that is reached through the API server.
	KafkaAccess Capability = "kafka-access"
	// HelmHistory are the Secrets in which Helm remembers what it has installed.
	HelmHistory Capability = "helm-history"
)

// UnmarshalYAML refuses any other capability.
func (c *Capability) UnmarshalYAML(n *yaml.Node) error { return enum(n, c, "capability") }

// Values implements Enumerated.
func (Capability) Values() []string {
	return []string{string(IngressAddress), string(KafkaAccess), string(HelmHistory), "network-partition", "network-delay", "network-loss", "network-duplicate", "network-corrupt", "network-bandwidth", "stress", "clock", "io", "dns", "node", "volume", "stress-chaos"}
}
