package cluster

import "fmt"

// ManagedBy is the app.kubernetes.io/managed-by value of every object of a
// cluster, and the field manager under which they are applied.
const ManagedBy = "strimzi-cluster-operator"

// TopicOperatorContainer is the name of the topic operator's container.
const TopicOperatorContainer = "topic-operator"

// KafkaName names the brokers' pod set, service account and disruption budget.
func KafkaName(cluster string) string { return cluster + "-kafka" }

// ZookeeperName names the ZooKeeper servers' counterparts of KafkaName.
func ZookeeperName(cluster string) string { return cluster + "-zookeeper" }

// EntityOperatorName names the entity operator's deployment, account and role.
func EntityOperatorName(cluster string) string { return cluster + "-entity-operator" }

// TopicOperatorRoleBindingName names the topic operator's role binding.
func TopicOperatorRoleBindingName(cluster string) string {
	return cluster + "-entity-topic-operator-role"
}

// BootstrapServiceName names the service that clients connect to first.
func BootstrapServiceName(cluster string) string { return cluster + "-kafka-bootstrap" }

// BrokersServiceName names the headless service that gives brokers host names.
func BrokersServiceName(cluster string) string { return cluster + "-kafka-brokers" }

// ZookeeperClientServiceName names the service that brokers reach ZooKeeper by.
func ZookeeperClientServiceName(cluster string) string { return cluster + "-zookeeper-client" }

// ZookeeperNodesServiceName names the headless service of the ensemble.
func ZookeeperNodesServiceName(cluster string) string { return cluster + "-zookeeper-nodes" }

// ZookeeperConfigName names the ensemble's ConfigMap.
func ZookeeperConfigName(cluster string) string { return cluster + "-zookeeper-config" }

// KafkaNetworkPolicyName names the brokers' network policy.
func KafkaNetworkPolicyName(cluster string) string { return cluster + "-network-policy-kafka" }

// ZookeeperNetworkPolicyName names the ensemble's network policy.
func ZookeeperNetworkPolicyName(cluster string) string { return cluster + "-network-policy-zookeeper" }

// ClusterCAName names the cluster CA: its key is in the Secret of this name,
// its certificate in the one with the suffix -cert.
func ClusterCAName(cluster string) string { return cluster + "-cluster-ca" } //nolint:revive // Strimzi calls it the cluster CA

// ClientsCAName is ClusterCAName for the clients CA.
func ClientsCAName(cluster string) string { return cluster + "-clients-ca" }

// PodName names the pod (and a broker's ConfigMap) of a component by ordinal.
func PodName(component string, ordinal int32) string { return fmt.Sprintf("%s-%d", component, ordinal) }

// DataClaimName names the volume claim of a pod.
func DataClaimName(pod string) string { return "data-" + pod }

// ServiceHost is the cluster-internal name of a service without the cluster's
// DNS domain.
func ServiceHost(service, namespace string) string { return service + "." + namespace + ".svc" }

func podHost(pod, service, namespace string) string {
	return pod + "." + ServiceHost(service, namespace)
}
