package render

import (
	"encoding/json"
	"strings"
	"testing"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
)

// standInKafka renders what the stand-in operator makes of a Kafka resource.
func standInKafka(t *testing.T, resource map[string]any) (*cluster.Cluster, error) {
	t.Helper()
	raw, err := json.Marshal(resource)
	if err != nil {
		t.Fatal(err)
	}
	var kafka api.Kafka
	if err := json.Unmarshal(raw, &kafka); err != nil {
		t.Fatal(err)
	}
	return cluster.New(&kafka, cluster.Settings{
		KafkaImages: map[string]string{"3.6.0": "kafka"}, TopicOperatorImage: "standin", OperatorNamespace: "streaming",
	}, cluster.Observed{})
}

// TestTheStandInMakesWhatTheChartAsksFor gives it the reference's cluster, and one of
// three brokers that keep nothing.
func TestTheStandInMakesWhatTheChartAsksFor(t *testing.T) {
	for key, want := range map[string]struct {
		namespace, name string
		brokers, claims int
	}{
		"kind-hermetic":           {"kafka", "todo-kafka", 1, 1},
		otherKey("kind-hermetic"): {"streaming", "shop-log", 3, 0},
	} {
		made, err := standInKafka(t, named(t, environment(t, key).objects, "Kafka", want.namespace, want.name).Object)
		if err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		if got := len(made.KafkaPodSet().Spec.Pods); got != want.brokers {
			t.Errorf("%s: %d brokers, want %d", key, got, want.brokers)
		}
		if got := len(made.KafkaClaims()); got != want.claims {
			t.Errorf("%s: %d claims, want %d", key, got, want.claims)
		}
	}
}

// TestBrokersWithoutZooKeeperAreAPoolOfNodes renders KRaft, which the real operator
// makes.
func TestBrokersWithoutZooKeeperAreAPoolOfNodes(t *testing.T) {
	renderer := find(t)
	renderer.Platform = written(t, replaced(t, read(t, referencePlatform), [][2]string{{"  zookeeper:\n    replicas: 1", "  zookeeper:\n    replicas: 0"}}))
	objects, err := renderer.Render(t.Context(), Options{Environment: "kind", Selector: "name=kafka"})
	if err != nil {
		t.Fatal(err)
	}
	kafka, pool := named(t, objects, "Kafka", "kafka", "todo-kafka"), named(t, objects, "KafkaNodePool", "kafka", "kafka")
	if kafka.GetAnnotations()["strimzi.io/kraft"] != "enabled" || at(kafka, "spec", "zookeeper") != nil || at(kafka, "spec", "kafka", "storage") != nil {
		t.Errorf("the cluster is %v with %v", kafka.GetAnnotations(), kafka.Object["spec"])
	}
	if at(pool, "spec", "replicas") != float64(1) || at(pool, "spec", "storage", "size") != "5Gi" || pool.GetLabels()["strimzi.io/cluster"] != "todo-kafka" {
		t.Errorf("the pool is %v of %v", pool.Object["spec"], pool.GetLabels())
	}
	if _, err := standInKafka(t, kafka.Object); err == nil || !strings.Contains(err.Error(), "strimzi.io/kraft") ||
		!strings.Contains(err.Error(), "use the real Strimzi operator") {
		t.Errorf("the stand-in: got %v, want an error that names KRaft and the way out", err)
	}
}

// TestACallAcrossNamespacesTakesNoToken: a pod has the Secrets of its own namespace alone.
func TestACallAcrossNamespacesTakesNoToken(t *testing.T) {
	renderer := find(t)
	renderer.Platform = written(t, replaced(t, read(t, referencePlatform), [][2]string{
		{"  - name: websocket-worker\n    namespace: todo-app", "  - name: websocket-worker\n    namespace: monitoring"},
	}))
	_, err := renderer.Render(t.Context(), Options{Environment: "kind-hermetic", Selector: "name=workloads"})
	if err == nil || !strings.Contains(err.Error(), "todo-frontend calls websocket-worker") {
		t.Errorf("got %v, want an error that names both", err)
	}
}

// TestTheStandInSaysWhatItCannotMake: what needs the real operator is refused by name,
// with what to do.
func TestTheStandInSaysWhatItCannotMake(t *testing.T) {
	renderer := find(t)
	renderer.Platform = written(t, replaced(t, read(t, referencePlatform), [][2]string{{"    tls: false\n", "    tls: true\n"}}))
	objects, err := renderer.Render(t.Context(), Options{Environment: "kind-hermetic", Selector: "name=kafka"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = standInKafka(t, named(t, objects, "Kafka", "kafka", "todo-kafka").Object)
	if err == nil || !strings.Contains(err.Error(), `listener "plain": tls: true is not supported by the stand-in operator`) ||
		!strings.Contains(err.Error(), "use the real Strimzi operator") {
		t.Errorf("got %v, want an error that names the listener and the way out", err)
	}
}
