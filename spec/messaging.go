package spec

import (
	"cmp"
	"time"

	"go.yaml.in/yaml/v3"
)

// StorageType is the storage_type of section 4.
type StorageType string

// The two values that section 4 allows.
const (
	Ephemeral  StorageType = "ephemeral"
	Persistent StorageType = "persistent"
)

// UnmarshalYAML refuses any other storage type.
func (s *StorageType) UnmarshalYAML(n *yaml.Node) error { return enum(n, s, "storage type") }

// Values implements Enumerated.
func (StorageType) Values() []string { return []string{string(Ephemeral), string(Persistent)} }

// ListenerType is the listener_type of section 4.
type ListenerType string

// Internal is the only value that section 4 allows.
const Internal ListenerType = "internal"

// UnmarshalYAML refuses every listener that the outside can reach.
func (l *ListenerType) UnmarshalYAML(n *yaml.Node) error { return enum(n, l, "listener type") }

// Values implements Enumerated.
func (ListenerType) Values() []string { return []string{string(Internal)} }

// Kafka is section 4.
type Kafka struct {
	Name             string        `yaml:"name"`
	Namespace        string        `yaml:"namespace"`
	Version          string        `yaml:"version"`
	Replicas         int           `yaml:"replicas"`
	Storage          KafkaStorage  `yaml:"storage"`
	Listener         Listener      `yaml:"listener"`
	Bootstrap        string        `yaml:"bootstrap"`
	ZooKeeper        ZooKeeper     `yaml:"zookeeper"`
	Operator         KafkaOperator `yaml:"operator"`
	AutoCreateTopics bool          `yaml:"autoCreateTopics"`
	RetentionCheck   Duration      `yaml:"retentionCheck"`
	Heap             Quantity      `yaml:"heap"`
}

// Copies is how many brokers hold a record of a topic that does not say it itself: as
// many as the chart tells the brokers (default.replication.factor).
func (k Kafka) Copies() int { return min(3, k.Replicas) }

// KafkaStorage is where broker and ZooKeeper keep their data.
type KafkaStorage struct {
	Type          StorageType `yaml:"type"`
	BrokerSize    Quantity    `yaml:"brokerSize"`
	ZooKeeperSize Quantity    `yaml:"zookeeperSize"`
}

// Authentication is how clients of the brokers prove who they are.
type Authentication string

// ScramSHA512 is SASL with SCRAM-SHA-512 (RFC 5802, KIP-84), the one of Strimzi's that
// takes a password.
const ScramSHA512 Authentication = "scram-sha-512"

// UnmarshalYAML refuses what no client of the suites can do.
func (a *Authentication) UnmarshalYAML(n *yaml.Node) error { return enum(n, a, "authentication") }

// Values implements Enumerated.
func (Authentication) Values() []string { return []string{string(ScramSHA512)} }

// Listener is the only client listener of the brokers.
type Listener struct {
	Type ListenerType `yaml:"type"`
	Name string       `yaml:"name"`
	Port int          `yaml:"port"`
	// TLS means that clients check the brokers' certificates against CA.
	TLS bool      `yaml:"tls"`
	CA  SecretKey `yaml:"ca,omitempty"`
	// Without Authentication everybody who reaches the listener is let in.
	Authentication Authentication `yaml:"authentication,omitempty"`
	// User is the name of the user that assay is to the brokers, a KafkaUser of Strimzi.
	User     string    `yaml:"user,omitempty"`
	Password SecretKey `yaml:"password,omitempty"`
}

// SecretKey is one entry of a Secret in the namespace of the Kafka resource.
type SecretKey struct {
	Secret string `yaml:"secret,omitempty"`
	Key    string `yaml:"key,omitempty"`
}

// or fills what is empty.
func (s SecretKey) or(secret, key string) SecretKey {
	return SecretKey{Secret: cmp.Or(s.Secret, secret), Key: cmp.Or(s.Key, key)}
}

// CA is where the certificate of the authority is that signs the brokers': where
// Strimzi puts it, unless the specification says another place.
func (k Kafka) CA() SecretKey { return k.Listener.CA.or(k.Name+"-cluster-ca-cert", "ca.crt") }

// Password is where the password of the listener's user is: where Strimzi puts it,
// unless the specification says another place.
func (k Kafka) Password() SecretKey { return k.Listener.Password.or(k.Listener.User, "password") }

// ZooKeeper is the ensemble that section 4 contains. Without replicas there is none, and
// the brokers are controllers, too (KRaft, KIP-500).
type ZooKeeper struct {
	Replicas int    `yaml:"replicas"`
	Version  string `yaml:"version"`
}

// KafkaOperator is the Strimzi operator of the namespace layout.
type KafkaOperator struct {
	Version    string `yaml:"version"`
	Deployment string `yaml:"deployment"`
}

// Topic is a row of section 5. DeadLettersOf names the topic whose dead letters
// it takes; it is empty for the topics of SPEC.md.
type Topic struct {
	Name          string   `yaml:"name"`
	Partitions    int      `yaml:"partitions"`
	Replicas      int      `yaml:"replicas"`
	Retention     Duration `yaml:"retention"`
	Cluster       string   `yaml:"cluster"`
	Purpose       string   `yaml:"purpose"`
	DeadLettersOf string   `yaml:"deadLettersOf,omitempty"`
}

// RetentionMs is retention.ms, the unit of Kafka's topic configuration.
func (t Topic) RetentionMs() int64 { return t.Retention.Milliseconds() }

// EventFamily is an event schema with the topic that carries it. Family is also the
// name of its JSON Schema.
type EventFamily struct {
	Family string `yaml:"family"`
	Topic  string `yaml:"topic"`
	Source string `yaml:"source"`
	// Key is the member of the event that orders and partitions it, such as data.order_id
	// or subject. A family without one has no order.
	Key string `yaml:"key,omitempty"`
	// Label is the member that tells events of one type and key apart, such as the name of
	// the request that caused them. It is empty where the type alone does.
	Label string   `yaml:"label,omitempty"`
	Types []string `yaml:"types"`
	// Carries says what the services of workloads/ put into events of the family; it is
	// empty for a family that they do not know.
	Carries Content `yaml:"carries,omitempty"`
	// External says that somebody outside of the platform publishes them: its programs have
	// to refuse what is not as the schema says, and nobody has to publish what is.
	External bool `yaml:"external,omitempty"`

	// Requirement is the one that the topic carries this family and nothing else, Closed
	// that the data has no members beside those of the schema.
	Requirement string `yaml:"-"`
	Closed      string `yaml:"-"`
}

// Content is what an event of the services of workloads/ is about.
type Content string

// A change has four types, in this order: created, updated, completed, deleted. A
// reminder and a sync have one each.
const (
	CarriesChange   Content = "change"
	CarriesReminder Content = "reminder"
	CarriesSync     Content = "sync"
)

// UnmarshalYAML refuses any other content.
func (c *Content) UnmarshalYAML(n *yaml.Node) error { return enum(n, c, "content of events") }

// Values implements Enumerated.
func (Content) Values() []string {
	return []string{string(CarriesChange), string(CarriesReminder), string(CarriesSync)}
}

// Dapr is section 6 and the namespace dapr-system.
type Dapr struct {
	Version       string         `yaml:"version"`
	Namespace     string         `yaml:"namespace"`
	ControlPlane  []Service      `yaml:"controlPlane"`
	Components    []Component    `yaml:"components"`
	Subscriptions []Subscription `yaml:"subscriptions"`
	Resiliency    Resiliency     `yaml:"resiliency"`
}

// Service is one part of Dapr's control plane. Drawn reports whether the namespace
// layout draws it; Object is the workload's name where Dapr's chart calls it
// differently from the layout.
type Service struct {
	Name   string `yaml:"name"`
	Kind   string `yaml:"kind"`
	Drawn  bool   `yaml:"drawn"`
	Object string `yaml:"object,omitempty"`
}

// Workload is the name of the object that runs the service.
func (s Service) Workload() string {
	if s.Object != "" {
		return s.Object
	}
	return s.Name
}

// Component is a row of section 6. No scope means every application.
type Component struct {
	Name      string     `yaml:"name"`
	Type      string     `yaml:"type"`
	Version   string     `yaml:"version"`
	Namespace string     `yaml:"namespace"`
	Purpose   string     `yaml:"purpose"`
	Metadata  []Metadata `yaml:"metadata"`
	Scopes    []string   `yaml:"scopes"`
}

// Metadata is one entry of a component's configuration: a value, or the key of
// a Secret that holds it.
type Metadata struct {
	Name   string `yaml:"name"`
	Value  string `yaml:"value,omitempty"`
	Secret string `yaml:"secret,omitempty"`
	Key    string `yaml:"key,omitempty"`
}

// Subscription is a declarative subscription of one application. Raw says that the
// topic's records are no CloudEvents. DeadLetterTopic takes what the application cannot
// process; without it Dapr tries such an event again and again.
type Subscription struct {
	Name            string `yaml:"name"`
	App             string `yaml:"app"`
	PubSub          string `yaml:"pubsub"`
	Topic           string `yaml:"topic"`
	Route           string `yaml:"route"`
	Raw             bool   `yaml:"raw,omitempty"`
	DeadLetterTopic string `yaml:"deadLetterTopic,omitempty"`
}

// RetryKind is a retry policy of Dapr's resiliency.
type RetryKind string

// UnmarshalYAML refuses any other policy.
func (r *RetryKind) UnmarshalYAML(n *yaml.Node) error { return enum(n, r, "retry policy") }

// Values implements Enumerated.
func (RetryKind) Values() []string { return []string{"constant", "exponential"} }

// Resiliency is the inbound retry policy of the pub/sub component: MaxRetries
// after the first attempt, Interval apart, each of at most Timeout.
type Resiliency struct {
	Name       string    `yaml:"name"`
	Component  string    `yaml:"component"`
	Policy     string    `yaml:"policy"`
	Kind       RetryKind `yaml:"kind"`
	Interval   Duration  `yaml:"interval"`
	MaxRetries int       `yaml:"maxRetries"`
	Timeout    Duration  `yaml:"timeout"`
}

// Budget is the longest time between the first attempt and the dead letter.
func (r Resiliency) Budget() time.Duration {
	attempts := time.Duration(r.MaxRetries + 1)
	return attempts*r.Timeout.Duration + (attempts-1)*r.Interval.Duration
}
