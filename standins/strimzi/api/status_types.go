package api

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Condition is Strimzi's status condition. It differs from metav1.Condition:
// reason and message are optional and there is no observedGeneration.
type Condition struct {
	Type               string                 `json:"type,omitempty"`
	Status             metav1.ConditionStatus `json:"status,omitempty"`
	LastTransitionTime *metav1.Time           `json:"lastTransitionTime,omitempty"`
	Reason             string                 `json:"reason,omitempty"`
	Message            string                 `json:"message,omitempty"`
}

// Condition types.
const (
	ConditionReady    = "Ready"
	ConditionNotReady = "NotReady"
	ConditionWarning  = "Warning"
)

// KafkaStatus is the observed state of a Kafka cluster.
type KafkaStatus struct {
	Conditions         []Condition      `json:"conditions,omitempty"`
	ObservedGeneration int64            `json:"observedGeneration,omitempty"`
	Listeners          []ListenerStatus `json:"listeners,omitempty"`
	// ClusterID is read from a broker.
	ClusterID                     string `json:"clusterId,omitempty"`
	OperatorLastSuccessfulVersion string `json:"operatorLastSuccessfulVersion,omitempty"`
	KafkaVersion                  string `json:"kafkaVersion,omitempty"`
	KafkaMetadataState            string `json:"kafkaMetadataState,omitempty"`
}

// ListenerStatus says where a listener is reached.
type ListenerStatus struct {
	// Type repeats the name; deprecated in Strimzi, still written by 0.40.0.
	Type             string            `json:"type,omitempty"`
	Name             string            `json:"name,omitempty"`
	Addresses        []ListenerAddress `json:"addresses,omitempty"`
	BootstrapServers string            `json:"bootstrapServers,omitempty"`
}

// ListenerAddress is a host name and a port.
type ListenerAddress struct {
	Host string `json:"host,omitempty"`
	Port int32  `json:"port,omitempty"`
}

// MergeConditions returns wanted with the transition times of current kept
// where type, status, reason and message did not change, and now elsewhere.
func MergeConditions(current, wanted []Condition, now metav1.Time) []Condition {
	merged := make([]Condition, 0, len(wanted))
	for _, w := range wanted {
		w.LastTransitionTime = now.DeepCopy()
		for _, c := range current {
			same := c.Type == w.Type && c.Status == w.Status && c.Reason == w.Reason && c.Message == w.Message
			if same && c.LastTransitionTime != nil {
				w.LastTransitionTime = c.LastTransitionTime.DeepCopy()
				break
			}
		}
		merged = append(merged, w)
	}
	return merged
}

// FindCondition returns the first condition of a type, or nil.
func FindCondition(conditions []Condition, conditionType string) *Condition {
	for i := range conditions {
		if conditions[i].Type == conditionType {
			return &conditions[i]
		}
	}
	return nil
}
