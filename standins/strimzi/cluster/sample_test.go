package cluster

import (
	"encoding/json"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"assay.dev/assay/standins/strimzi/api"
)

// todoKafka is the cluster of the specification, in the smallest form.
const todoKafka = `
apiVersion: kafka.strimzi.io/v1beta2
kind: Kafka
metadata: {name: todo-kafka, namespace: kafka, uid: 11111111-2222-3333-4444-555555555555, generation: 1}
spec:
  kafka:
    version: 3.6.0
    replicas: 1
    listeners:
    - {name: plain, port: 9092, type: internal, tls: false}
    config:
      offsets.topic.replication.factor: 1
      transaction.state.log.replication.factor: 1
      transaction.state.log.min.isr: 1
      auto.create.topics.enable: false
    storage: {type: ephemeral}
    resources:
      requests: {cpu: 300m, memory: 768Mi}
      limits: {cpu: "1", memory: 1Gi}
    jvmOptions: {"-Xms": 256m, "-Xmx": 512m}
  zookeeper:
    replicas: 1
    storage: {type: ephemeral}
    jvmOptions: {"-Xmx": 128m}
  entityOperator:
    topicOperator: {}
`

var testSettings = Settings{
	KafkaImages:        map[string]string{"3.6.0": "quay.io/strimzi/kafka:0.40.0-kafka-3.6.0"},
	TopicOperatorImage: "assay.dev/strimzi-standin:0.40.0",
	OperatorNamespace:  "kafka",
}

// parse reads a Kafka resource after replacing pairs of texts in it.
func parse(t *testing.T, text string, replacements ...string) *api.Kafka {
	t.Helper()
	for i := 0; i < len(replacements); i += 2 {
		if !strings.Contains(text, replacements[i]) {
			t.Fatalf("%q is not in the resource", replacements[i])
		}
		text = strings.ReplaceAll(text, replacements[i], replacements[i+1])
	}
	raw, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var kafka api.Kafka
	if err := json.Unmarshal(raw, &kafka); err != nil {
		t.Fatal(err)
	}
	return &kafka
}

// render is New for a resource that must be accepted.
func render(t *testing.T, replacements ...string) *Cluster {
	t.Helper()
	c, err := New(parse(t, todoKafka, replacements...), testSettings, Observed{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// metaObject is any rendered object.
type metaObject interface {
	metav1.Object
	runtime.Object
}

func list[T metaObject](objects ...T) []metaObject {
	var all []metaObject
	for _, object := range objects {
		all = append(all, object)
	}
	return all
}
