package cluster

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// KafkaServices are the bootstrap service and the brokers' headless one.
func (c *Cluster) KafkaServices() []*corev1.Service {
	name := KafkaName(c.Name)
	clients := make([]corev1.ServicePort, 0, len(c.Listeners))
	for _, l := range c.Listeners {
		clients = append(clients, servicePort(listenerPortName(l), l.Port))
	}
	bootstrap := c.service(BootstrapServiceName(c.Name), name, typeKafka,
		append([]corev1.ServicePort{servicePort("tcp-replication", ReplicationPort)}, clients...))
	bootstrap.Spec.Selector[LabelBrokerRole] = "true"
	brokers := c.headless(BrokersServiceName(c.Name), name, typeKafka,
		append([]corev1.ServicePort{
			servicePort("tcp-ctrlplane", ControlPlanePort),
			servicePort("tcp-replication", ReplicationPort),
			servicePort("tcp-kafkaagent", agentPort),
		}, clients...))
	return []*corev1.Service{bootstrap, brokers}
}

// ZookeeperServices are the client service and the ensemble's headless one.
func (c *Cluster) ZookeeperServices() []*corev1.Service {
	name := ZookeeperName(c.Name)
	clients := servicePort("tcp-clients", zookeeperClientPort)
	return []*corev1.Service{
		c.service(ZookeeperClientServiceName(c.Name), name, typeZookeeper, []corev1.ServicePort{clients}),
		c.headless(ZookeeperNodesServiceName(c.Name), name, typeZookeeper, []corev1.ServicePort{
			clients,
			servicePort("tcp-clustering", zookeeperClusteringPort),
			servicePort("tcp-election", zookeeperElectionPort),
		}),
	}
}

func (c *Cluster) service(name, component, componentType string, ports []corev1.ServicePort) *corev1.Service {
	return &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: c.meta(name, c.labels(component, componentType)),
		Spec: corev1.ServiceSpec{
			Type:     corev1.ServiceTypeClusterIP,
			Selector: c.selector(component),
			Ports:    ports,
		},
	}
}

// headless publishes addresses that are not ready: servers find each other by
// these names before they can be ready.
func (c *Cluster) headless(name, component, componentType string, ports []corev1.ServicePort) *corev1.Service {
	service := c.service(name, component, componentType, ports)
	service.Spec.ClusterIP = corev1.ClusterIPNone
	service.Spec.PublishNotReadyAddresses = true
	return service
}

func servicePort(name string, port int32) corev1.ServicePort {
	return corev1.ServicePort{Name: name, Port: port, TargetPort: intstr.FromInt32(port), Protocol: corev1.ProtocolTCP}
}
