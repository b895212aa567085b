package cluster

import (
	"errors"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/standins/strimzi/api"
)

// OperatorVersion is the Strimzi version whose contract the stand-in honours.
const OperatorVersion = "0.40.0"

// CreatingStatus is that of a resource seen for the first time.
func CreatingStatus() api.KafkaStatus {
	return api.KafkaStatus{Conditions: []api.Condition{
		notReady("Creating", "Kafka cluster is being deployed"),
	}}
}

// ReadyStatus is that of a cluster that serves. clusterID is the broker's.
func (c *Cluster) ReadyStatus(generation int64, clusterID string) api.KafkaStatus {
	status := api.KafkaStatus{
		Conditions: append(append([]api.Condition{}, c.Warnings...),
			api.Condition{Type: api.ConditionReady, Status: metav1.ConditionTrue}),
		ObservedGeneration:            generation,
		ClusterID:                     clusterID,
		OperatorLastSuccessfulVersion: OperatorVersion,
		KafkaVersion:                  c.Version,
		KafkaMetadataState:            "ZooKeeper",
	}
	host := ServiceHost(BootstrapServiceName(c.Name), c.Namespace)
	for _, l := range c.Listeners {
		status.Listeners = append(status.Listeners, api.ListenerStatus{
			Type:             l.Name,
			Name:             l.Name,
			Addresses:        []api.ListenerAddress{{Host: host, Port: l.Port}},
			BootstrapServers: fmt.Sprintf("%s:%d", host, l.Port),
		})
	}
	return status
}

// FailedStatus is that of a resource that cannot be reconciled: what was known
// of the cluster stays, the conditions tell why. It has no listeners: Strimzi adds
// them at the end of a reconciliation that succeeds.
func FailedStatus(current api.KafkaStatus, generation int64, warnings []api.Condition, err error) api.KafkaStatus {
	status := *current.DeepCopy()
	status.Listeners = nil
	status.ObservedGeneration = generation
	reason, message := "ReconciliationException", err.Error()
	var refusal *Error
	if errors.As(err, &refusal) {
		reason, message = refusal.Reason, refusal.Message
	}
	status.Conditions = append(append([]api.Condition{}, warnings...), notReady(reason, message))
	return status
}

func notReady(reason, message string) api.Condition {
	return api.Condition{Type: api.ConditionNotReady, Status: metav1.ConditionTrue, Reason: reason, Message: message}
}
