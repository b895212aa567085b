package cluster

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// meta is the metadata of an object that belongs to the Kafka resource.
func (c *Cluster) meta(name string, labels map[string]string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name:            name,
		Namespace:       c.Namespace,
		Labels:          labels,
		OwnerReferences: []metav1.OwnerReference{c.owner},
	}
}
