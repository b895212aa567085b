package cluster

import "maps"

// Labels and annotations of Strimzi that the stand-in reads or writes.
const (
	LabelKind           = "strimzi.io/kind"
	LabelCluster        = "strimzi.io/cluster"
	LabelName           = "strimzi.io/name"
	LabelComponentType  = "strimzi.io/component-type"
	LabelPodName        = "strimzi.io/pod-name"
	LabelController     = "strimzi.io/controller"
	LabelControllerName = "strimzi.io/controller-name"
	LabelBrokerRole     = "strimzi.io/broker-role"
	LabelControllerRole = "strimzi.io/controller-role"
	LabelPoolName       = "strimzi.io/pool-name"

	AnnotationRevision     = "strimzi.io/revision"
	AnnotationConfigHash   = "strimzi.io/broker-configuration-hash"
	AnnotationStorage      = "strimzi.io/storage"
	AnnotationKafkaVersion = "strimzi.io/kafka-version"
	AnnotationDeleteClaim  = "strimzi.io/delete-claim"
	AnnotationNodePools    = "strimzi.io/node-pools"
	AnnotationKRaft        = "strimzi.io/kraft"
)

// KindKafka is the strimzi.io/kind value of everything in a Kafka cluster.
const KindKafka = "Kafka"

// kindClusterOperator is the strimzi.io/kind value of the operator's own pod.
const kindClusterOperator = "cluster-operator"

// component types, also the app.kubernetes.io/name values.
const (
	typeKafka          = "kafka"
	typeZookeeper      = "zookeeper"
	typeEntityOperator = "entity-operator"
	typeCA             = "certificate-authority"
)

// labels are those that every object of a component carries.
func (c *Cluster) labels(name, componentType string) map[string]string {
	return map[string]string{
		LabelKind:                      KindKafka,
		LabelCluster:                   c.Name,
		LabelName:                      name,
		LabelComponentType:             componentType,
		"app.kubernetes.io/name":       componentType,
		"app.kubernetes.io/instance":   c.Name,
		"app.kubernetes.io/part-of":    "strimzi-" + c.Name,
		"app.kubernetes.io/managed-by": ManagedBy,
	}
}

// selector picks the pods of a component.
func (c *Cluster) selector(name string) map[string]string {
	return map[string]string{LabelKind: KindKafka, LabelCluster: c.Name, LabelName: name}
}

func merged(parts ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}
