package cluster

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
)

func TestEntityOperator(t *testing.T) {
	c := render(t, "topicOperator: {}",
		`topicOperator: {reconciliationIntervalSeconds: 15, resources: {limits: {memory: 64Mi}}}`)
	deployment := c.EntityOperatorDeployment()
	if deployment.Name != "todo-kafka-entity-operator" {
		t.Errorf("name = %s", deployment.Name)
	}
	container := deployment.Spec.Template.Spec.Containers[0]
	if container.Name != "topic-operator" || container.Image != "assay.dev/strimzi-standin:0.40.0" || container.Args[0] != "topic-operator" {
		t.Errorf("container = %+v", container)
	}
	if memory := container.Resources.Limits.Memory().String(); memory != "64Mi" {
		t.Errorf("memory limit = %s", memory)
	}
	env := map[string]string{}
	for _, variable := range container.Env {
		env[variable.Name] = variable.Value
	}
	want := map[string]string{
		"STRIMZI_NAMESPACE":                       "kafka",
		"STRIMZI_RESOURCE_LABELS":                 "strimzi.io/cluster=todo-kafka",
		"STRIMZI_KAFKA_BOOTSTRAP_SERVERS":         "todo-kafka-kafka-bootstrap.kafka.svc:9091",
		"STRIMZI_FULL_RECONCILIATION_INTERVAL_MS": "15000",
	}
	if diff := cmp.Diff(want, env); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	for key, value := range deployment.Spec.Selector.MatchLabels {
		if deployment.Spec.Template.Labels[key] != value {
			t.Errorf("selector %s=%s does not pick the pods", key, value)
		}
	}
}

func TestEntityOperatorDefaults(t *testing.T) {
	if c := render(t); c.TopicOperator.IntervalSeconds != 120 {
		t.Errorf("interval = %d s, want Strimzi's 120", c.TopicOperator.IntervalSeconds)
	}
	if c := render(t, "  entityOperator:\n    topicOperator: {}\n", ""); c.TopicOperator != nil {
		t.Error("a topic operator nobody asked for")
	}
}

func TestTopicOperatorRights(t *testing.T) {
	c := render(t)
	want := []rbacv1.PolicyRule{
		{APIGroups: []string{"kafka.strimzi.io"}, Resources: []string{"kafkatopics"}, Verbs: []string{"get", "list", "watch", "patch"}},
		{APIGroups: []string{"kafka.strimzi.io"}, Resources: []string{"kafkatopics/status"}, Verbs: []string{"patch"}},
	}
	if diff := cmp.Diff(want, c.EntityOperatorRole().Rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	binding := c.TopicOperatorRoleBinding()
	if binding.Name != "todo-kafka-entity-topic-operator-role" || binding.RoleRef.Name != c.EntityOperatorRole().Name ||
		binding.Subjects[0].Name != c.EntityOperatorDeployment().Spec.Template.Spec.ServiceAccountName {
		t.Errorf("binding = %+v", binding)
	}
}

func TestDisruptionBudgets(t *testing.T) {
	budgets := render(t, "zookeeper:\n    replicas: 1", "zookeeper:\n    replicas: 3").DisruptionBudgets()
	if budgets[0].Name != "todo-kafka-kafka" || budgets[0].Spec.MinAvailable.IntVal != 0 {
		t.Errorf("budget of one broker = %+v", budgets[0].Spec)
	}
	if budgets[1].Name != "todo-kafka-zookeeper" || budgets[1].Spec.MinAvailable.IntVal != 2 {
		t.Errorf("budget of three ZooKeeper servers = %+v", budgets[1].Spec)
	}
}
