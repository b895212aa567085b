package api

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Kafka is a Kafka cluster with its ZooKeeper ensemble and entity operator.
//
// Its spec must not be written back by an update of this type: fields that the
// type does not know would be lost. The operator only patches the status.
//
// +kubebuilder:object:root=true
type Kafka struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   KafkaSpec   `json:"spec"`
	Status KafkaStatus `json:"status,omitempty"`
}

// KafkaList is a list of Kafka resources.
//
// +kubebuilder:object:root=true
type KafkaList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Kafka `json:"items"`
}

// KafkaSpec is the desired cluster.
type KafkaSpec struct {
	Kafka          KafkaClusterSpec      `json:"kafka"`
	Zookeeper      *ZookeeperClusterSpec `json:"zookeeper,omitempty"`
	EntityOperator *EntityOperatorSpec   `json:"entityOperator,omitempty"`

	// Problems lists what the decoded JSON held and this type cannot: unknown
	// fields and values of a wrong type, one sentence fragment each.
	Problems []string `json:"-"`
}

// UnmarshalJSON decodes strictly but never fails, so that one malformed
// resource cannot blind the operator's watch on all the others.
func (s *KafkaSpec) UnmarshalJSON(raw []byte) error {
	type plain KafkaSpec
	var decoded plain
	problems := decodeStrict(raw, &decoded)
	*s = KafkaSpec(decoded)
	s.Problems = problems
	return nil
}

// KafkaClusterSpec describes the brokers.
type KafkaClusterSpec struct {
	// Version of Apache Kafka; empty means the operator's default.
	Version   string          `json:"version,omitempty"`
	Replicas  *int32          `json:"replicas,omitempty"`
	Image     string          `json:"image,omitempty"`
	Listeners []KafkaListener `json:"listeners,omitempty"`
	// Config is passed to the broker; values are strings, numbers or booleans.
	Config     map[string]apiextensionsv1.JSON `json:"config,omitempty"`
	Storage    *Storage                        `json:"storage,omitempty"`
	Resources  corev1.ResourceRequirements     `json:"resources,omitempty"`
	JvmOptions *JvmOptions                     `json:"jvmOptions,omitempty"`
	Template   *ComponentTemplate              `json:"template,omitempty"`
}

// KafkaListener is one client listener of the brokers.
type KafkaListener struct {
	Name string `json:"name"`
	Port int32  `json:"port"`
	// Type is "internal" in everything that the stand-in accepts.
	Type string `json:"type"`
	TLS  bool   `json:"tls"`
	// NetworkPolicyPeers limits who may connect; nil leaves the port open to
	// every pod, an empty list too (as in Strimzi).
	NetworkPolicyPeers []networkingv1.NetworkPolicyPeer `json:"networkPolicyPeers,omitempty"`
}

// ZookeeperClusterSpec describes the ZooKeeper ensemble.
type ZookeeperClusterSpec struct {
	Replicas   *int32                          `json:"replicas,omitempty"`
	Image      string                          `json:"image,omitempty"`
	Storage    *Storage                        `json:"storage,omitempty"`
	Config     map[string]apiextensionsv1.JSON `json:"config,omitempty"`
	Resources  corev1.ResourceRequirements     `json:"resources,omitempty"`
	JvmOptions *JvmOptions                     `json:"jvmOptions,omitempty"`
	Template   *ComponentTemplate              `json:"template,omitempty"`
}

// Storage types that the stand-in runs.
const (
	StorageEphemeral       = "ephemeral"
	StoragePersistentClaim = "persistent-claim"
)

// Storage is a component's volume, an emptyDir or a claim per pod.
type Storage struct {
	Type string `json:"type"`
	// SizeLimit bounds an ephemeral volume, as a Kubernetes quantity.
	SizeLimit string `json:"sizeLimit,omitempty"`
	// Size of each claim, as a Kubernetes quantity.
	Size string `json:"size,omitempty"`
	// Class is the StorageClass; empty means the cluster's default.
	Class string `json:"class,omitempty"`
	// DeleteClaim removes the claims with the cluster.
	DeleteClaim bool `json:"deleteClaim,omitempty"`
}

// JvmOptions tune the Java process of a broker or ZooKeeper server.
type JvmOptions struct {
	// Xms and Xmx are heap sizes as Java writes them, such as 512m.
	Xms string `json:"-Xms,omitempty"`
	Xmx string `json:"-Xmx,omitempty"`
	// XX holds -XX options: "true" and "false" become + and - flags.
	XX                   map[string]string `json:"-XX,omitempty"`
	JavaSystemProperties []SystemProperty  `json:"javaSystemProperties,omitempty"`
}

// SystemProperty is one -Dname=value.
type SystemProperty struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// ComponentTemplate customises the objects of a component.
type ComponentTemplate struct {
	Pod *PodTemplate `json:"pod,omitempty"`
}

// PodTemplate customises pods.
type PodTemplate struct {
	Metadata                      *MetadataTemplate `json:"metadata,omitempty"`
	TerminationGracePeriodSeconds *int64            `json:"terminationGracePeriodSeconds,omitempty"`
}

// MetadataTemplate adds labels and annotations.
type MetadataTemplate struct {
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// EntityOperatorSpec describes the deployment of the topic operator.
type EntityOperatorSpec struct {
	TopicOperator *TopicOperatorSpec `json:"topicOperator,omitempty"`
	Template      *ComponentTemplate `json:"template,omitempty"`
}

// TopicOperatorSpec describes the topic operator.
type TopicOperatorSpec struct {
	// WatchedNamespace defaults to the namespace of the Kafka resource.
	WatchedNamespace string `json:"watchedNamespace,omitempty"`
	Image            string `json:"image,omitempty"`
	// ReconciliationIntervalSeconds is the longest time that a topic changed
	// behind the operator's back stays so; default 120.
	ReconciliationIntervalSeconds *int64                      `json:"reconciliationIntervalSeconds,omitempty"`
	Resources                     corev1.ResourceRequirements `json:"resources,omitempty"`
}
