package cluster

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// KafkaServiceAccount is the brokers' account. It has no rights.
func (c *Cluster) KafkaServiceAccount() *corev1.ServiceAccount {
	return c.serviceAccount(KafkaName(c.Name), typeKafka)
}

// ZookeeperServiceAccount is the ZooKeeper servers' account. It has no rights.
func (c *Cluster) ZookeeperServiceAccount() *corev1.ServiceAccount {
	return c.serviceAccount(ZookeeperName(c.Name), typeZookeeper)
}

// EntityOperatorServiceAccount is the topic operator's account.
func (c *Cluster) EntityOperatorServiceAccount() *corev1.ServiceAccount {
	return c.serviceAccount(EntityOperatorName(c.Name), typeEntityOperator)
}

func (c *Cluster) serviceAccount(name, componentType string) *corev1.ServiceAccount {
	return &corev1.ServiceAccount{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
		ObjectMeta: c.meta(name, c.labels(name, componentType)),
	}
}
