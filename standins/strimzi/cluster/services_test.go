package cluster

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

func TestServices(t *testing.T) {
	c := render(t)
	two := render(t, "- {name: plain, port: 9092, type: internal, tls: false}",
		"- {name: plain, port: 9092, type: internal, tls: false}\n    - {name: batch, port: 9095, type: internal, tls: false}")
	brokerSelector := map[string]string{
		"strimzi.io/kind": "Kafka", "strimzi.io/cluster": "todo-kafka", "strimzi.io/name": "todo-kafka-kafka",
	}
	zookeeperSelector := map[string]string{
		"strimzi.io/kind": "Kafka", "strimzi.io/cluster": "todo-kafka", "strimzi.io/name": "todo-kafka-zookeeper",
	}
	for _, tc := range []struct {
		name     string
		service  *corev1.Service
		ports    []string
		selector map[string]string
		headless bool
	}{
		{"todo-kafka-kafka-bootstrap", c.KafkaServices()[0], []string{"tcp-replication 9091", "tcp-clients 9092"},
			merged(brokerSelector, map[string]string{"strimzi.io/broker-role": "true"}), false},
		{"todo-kafka-kafka-brokers", c.KafkaServices()[1],
			[]string{"tcp-ctrlplane 9090", "tcp-replication 9091", "tcp-kafkaagent 8443", "tcp-clients 9092"}, brokerSelector, true},
		{"todo-kafka-kafka-bootstrap", two.KafkaServices()[0],
			[]string{"tcp-replication 9091", "tcp-clients 9092", "tcp-batch 9095"},
			merged(brokerSelector, map[string]string{"strimzi.io/broker-role": "true"}), false},
		{"todo-kafka-zookeeper-client", c.ZookeeperServices()[0], []string{"tcp-clients 2181"}, zookeeperSelector, false},
		{"todo-kafka-zookeeper-nodes", c.ZookeeperServices()[1],
			[]string{"tcp-clients 2181", "tcp-clustering 2888", "tcp-election 3888"}, zookeeperSelector, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.service.Name != tc.name || tc.service.Namespace != "kafka" {
				t.Errorf("service is %s/%s", tc.service.Namespace, tc.service.Name)
			}
			var ports []string
			for _, p := range tc.service.Spec.Ports {
				ports = append(ports, fmt.Sprintf("%s %d", p.Name, p.Port))
				if p.TargetPort.IntVal != p.Port || p.Protocol != corev1.ProtocolTCP {
					t.Errorf("port %s goes to %s %s", p.Name, p.TargetPort.String(), p.Protocol)
				}
			}
			if diff := cmp.Diff(tc.ports, ports); diff != "" {
				t.Errorf("ports (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.selector, tc.service.Spec.Selector); diff != "" {
				t.Errorf("selector (-want +got):\n%s", diff)
			}
			headless := tc.service.Spec.ClusterIP == corev1.ClusterIPNone && tc.service.Spec.PublishNotReadyAddresses
			if headless != tc.headless {
				t.Errorf("headless with addresses that are not ready = %v, want %v", headless, tc.headless)
			}
		})
	}
}

func TestEveryObjectIsLabelledAndOwned(t *testing.T) {
	c := render(t, "storage: {type: ephemeral}", "storage: {type: persistent-claim, size: 1Gi, deleteClaim: true}")
	ca := &CA{}
	key, cert := c.CASecrets(ClusterCAName("todo-kafka"), ca, 0)
	for _, tc := range []struct {
		objects       []metaObject
		name          string
		componentType string
	}{
		{list(c.KafkaServices()...), "todo-kafka-kafka", "kafka"},
		{list(c.ZookeeperServices()...), "todo-kafka-zookeeper", "zookeeper"},
		{list(c.KafkaConfigMaps()...), "todo-kafka-kafka", "kafka"},
		{list(c.ZookeeperConfigMap()), "todo-kafka-zookeeper", "zookeeper"},
		{list(c.KafkaPodSet()), "todo-kafka-kafka", "kafka"},
		{list(c.ZookeeperPodSet()), "todo-kafka-zookeeper", "zookeeper"},
		{list(c.DisruptionBudgets()[0]), "todo-kafka-kafka", "kafka"},
		{list(c.DisruptionBudgets()[1]), "todo-kafka-zookeeper", "zookeeper"},
		{list(c.KafkaNetworkPolicy()), "todo-kafka-kafka", "kafka"},
		{list(c.ZookeeperNetworkPolicy()), "todo-kafka-zookeeper", "zookeeper"},
		{list(c.KafkaClaims()...), "todo-kafka-kafka", "kafka"},
		{list(c.ZookeeperClaims()...), "todo-kafka-zookeeper", "zookeeper"},
		{list(c.KafkaServiceAccount()), "todo-kafka-kafka", "kafka"},
		{list(c.ZookeeperServiceAccount()), "todo-kafka-zookeeper", "zookeeper"},
		{list(c.EntityOperatorServiceAccount()), "todo-kafka-entity-operator", "entity-operator"},
		{list(c.EntityOperatorDeployment()), "todo-kafka-entity-operator", "entity-operator"},
		{list(c.EntityOperatorRole()), "todo-kafka-entity-operator", "entity-operator"},
		{list(c.TopicOperatorRoleBinding()), "todo-kafka-entity-operator", "entity-operator"},
		{list(key, cert), "strimzi", "certificate-authority"},
	} {
		for _, object := range tc.objects {
			want := map[string]string{
				"strimzi.io/kind": "Kafka", "strimzi.io/cluster": "todo-kafka",
				"strimzi.io/name": tc.name, "strimzi.io/component-type": tc.componentType,
				"app.kubernetes.io/name": tc.componentType, "app.kubernetes.io/instance": "todo-kafka",
				"app.kubernetes.io/part-of":    "strimzi-todo-kafka",
				"app.kubernetes.io/managed-by": "strimzi-cluster-operator",
			}
			if diff := cmp.Diff(want, object.GetLabels()); diff != "" {
				t.Errorf("labels of %s (-want +got):\n%s", object.GetName(), diff)
			}
			owners := object.GetOwnerReferences()
			if len(owners) != 1 || owners[0].Kind != "Kafka" || owners[0].Name != "todo-kafka" || !*owners[0].Controller {
				t.Errorf("owners of %s = %v", object.GetName(), owners)
			}
			if kind := object.GetObjectKind().GroupVersionKind(); kind.Kind == "" || kind.Version == "" {
				t.Errorf("%s has no kind, it could not be applied", object.GetName())
			}
		}
	}
}
