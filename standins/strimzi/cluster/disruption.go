package cluster

import (
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// DisruptionBudgets let one pod of each component be evicted at a time. They
// name a minimum instead of a maximum because Kubernetes cannot work out the
// wanted count of pods whose controller it does not know.
func (c *Cluster) DisruptionBudgets() []*policyv1.PodDisruptionBudget {
	return []*policyv1.PodDisruptionBudget{
		c.disruptionBudget(KafkaName(c.Name), typeKafka, c.Kafka.Replicas),
		c.disruptionBudget(ZookeeperName(c.Name), typeZookeeper, c.Zookeeper.Replicas),
	}
}

func (c *Cluster) disruptionBudget(name, componentType string, replicas int32) *policyv1.PodDisruptionBudget {
	return &policyv1.PodDisruptionBudget{
		TypeMeta:   metav1.TypeMeta{APIVersion: "policy/v1", Kind: "PodDisruptionBudget"},
		ObjectMeta: c.meta(name, c.labels(name, componentType)),
		Spec: policyv1.PodDisruptionBudgetSpec{
			MinAvailable: ptr(intstr.FromInt32(replicas - 1)),
			Selector:     &metav1.LabelSelector{MatchLabels: c.selector(name)},
		},
	}
}
