package cluster

import (
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/standins/strimzi/api"
)

// KafkaPodSet holds the brokers' pods.
func (c *Cluster) KafkaPodSet() *api.StrimziPodSet {
	name := KafkaName(c.Name)
	pods := make([]corev1.Pod, 0, c.Kafka.Replicas)
	for i, config := range c.KafkaConfigMaps() {
		pods = append(pods, c.pod(podParts{
			ordinal:       int32(i),
			component:     c.Kafka,
			name:          name,
			componentType: typeKafka,
			container:     "kafka",
			subdomain:     BrokersServiceName(c.Name),
			labels: map[string]string{
				LabelBrokerRole:     "true",
				LabelControllerRole: "false",
				LabelPoolName:       "kafka",
			},
			annotations: map[string]string{AnnotationConfigHash: hash(config.Data), AnnotationKafkaVersion: c.Version},
			command: javaCommand(c.Kafka.JvmOptions, "50",
				[]string{"-Dlog4j.configuration=file:" + kafkaConfigPath + "/" + log4jKey},
				"kafka.Kafka", kafkaConfigPath+"/"+serverConfigKey),
			ports:      c.kafkaContainerPorts(),
			configMap:  config.Name,
			configPath: kafkaConfigPath,
			dataPath:   kafkaDataPath,
			probes:     kafkaProbes(),
		}))
	}
	return c.podSet(name, typeKafka, c.Kafka, pods)
}

func (c *Cluster) kafkaContainerPorts() []corev1.ContainerPort {
	ports := []corev1.ContainerPort{
		containerPort("tcp-ctrlplane", ControlPlanePort),
		containerPort("tcp-replication", ReplicationPort),
	}
	for _, l := range c.Listeners {
		ports = append(ports, containerPort(listenerPortName(l), l.Port))
	}
	return ports
}

// KafkaClaims are the brokers' volume claims, none for ephemeral storage.
func (c *Cluster) KafkaClaims() []*corev1.PersistentVolumeClaim {
	return c.claims(KafkaName(c.Name), typeKafka, c.Kafka)
}
