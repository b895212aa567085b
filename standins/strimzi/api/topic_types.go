package api

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// KafkaTopic is a topic of the Kafka cluster that its strimzi.io/cluster label
// names.
//
// +kubebuilder:object:root=true
type KafkaTopic struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   KafkaTopicSpec   `json:"spec,omitempty"`
	Status KafkaTopicStatus `json:"status,omitempty"`
}

// KafkaTopicList is a list of KafkaTopic resources.
//
// +kubebuilder:object:root=true
type KafkaTopicList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []KafkaTopic `json:"items"`
}

// KafkaTopicSpec is the desired topic.
type KafkaTopicSpec struct {
	// TopicName in Kafka; empty means the name of the resource.
	TopicName string `json:"topicName,omitempty"`
	// Partitions and Replicas default to the broker's configuration.
	Partitions *int32                          `json:"partitions,omitempty"`
	Replicas   *int32                          `json:"replicas,omitempty"`
	Config     map[string]apiextensionsv1.JSON `json:"config,omitempty"`

	// Problems lists what the decoded JSON held and this type cannot.
	Problems []string `json:"-"`
}

// UnmarshalJSON decodes strictly but never fails; see KafkaSpec.
func (s *KafkaTopicSpec) UnmarshalJSON(raw []byte) error {
	type plain KafkaTopicSpec
	var decoded plain
	problems := decodeStrict(raw, &decoded)
	*s = KafkaTopicSpec(decoded)
	s.Problems = problems
	return nil
}

// KafkaTopicStatus is the observed topic.
type KafkaTopicStatus struct {
	Conditions         []Condition `json:"conditions,omitempty"`
	ObservedGeneration int64       `json:"observedGeneration,omitempty"`
	TopicName          string      `json:"topicName,omitempty"`
	// TopicID is Kafka's topic id (KIP-516), base64url without padding.
	TopicID string `json:"topicId,omitempty"`
}

// NameInKafka is the topic's name in Kafka.
func (t *KafkaTopic) NameInKafka() string {
	if t.Spec.TopicName != "" {
		return t.Spec.TopicName
	}
	return t.Name
}
