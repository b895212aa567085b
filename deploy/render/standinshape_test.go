package render

import (
	"encoding/json"
	"strings"
	"testing"

	"assay.dev/assay/hermetic/strimzi/api"
	"assay.dev/assay/hermetic/strimzi/cluster"
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
		KafkaImages: map[string]string{"3.6.0": "kafka"}, TopicOperatorImage: "standin", OperatorNamespace: "broker",
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
		otherKey("kind-hermetic"): {"broker", "shop-kafka", 3, 0},
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
