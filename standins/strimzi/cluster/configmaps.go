package cluster

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// KafkaConfigMaps are the brokers' configuration, one ConfigMap a broker, named
// as its pod.
func (c *Cluster) KafkaConfigMaps() []*corev1.ConfigMap {
	var maps []*corev1.ConfigMap
	name := KafkaName(c.Name)
	for i := range c.Kafka.Replicas {
		maps = append(maps, c.configMap(PodName(name, i), c.labels(name, typeKafka), map[string]string{
			serverConfigKey: c.ServerConfig(c.brokerEndpoint(i)),
			log4jKey:        KafkaLog4j(),
		}))
	}
	return maps
}

// ZookeeperConfigMap is the configuration of every ZooKeeper server.
func (c *Cluster) ZookeeperConfigMap() *corev1.ConfigMap {
	return c.configMap(ZookeeperConfigName(c.Name), c.labels(ZookeeperName(c.Name), typeZookeeper), map[string]string{
		zookeeperConfigKey: c.ZookeeperConfig(c.ensemble()),
		log4jKey:           ZookeeperLog4j(),
	})
}

func (c *Cluster) configMap(name string, labels, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: c.meta(name, labels),
		Data:       data,
	}
}
