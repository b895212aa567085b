package kube

import (
	"maps"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"assay.dev/assay/spec"
)

// NewTopic is a KafkaTopic that a run makes for itself, with settings of its own. It has
// as many copies as the broker gives a topic that says nothing: with fewer, a broker that
// wants several in sync (min.insync.replicas) would refuse what is written.
func NewTopic(k spec.Kafka, name string, partitions int, config map[string]any) *unstructured.Unstructured {
	topic := NewKind(KafkaTopicKind, k.Namespace, name)
	topic.SetLabels(map[string]string{"strimzi.io/cluster": k.Name, ManagedByLabel: ManagedBy})
	topic.Object["spec"] = map[string]any{
		"partitions": int64(partitions), "replicas": int64(k.Copies()), "config": maps.Collect(maps.All(config)),
	}
	return topic
}
