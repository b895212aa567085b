package cluster

import (
	"errors"
	"strings"
	"testing"

	"assay.dev/assay/standins/strimzi/api"
)

func TestRefusals(t *testing.T) {
	listener := "- {name: plain, port: 9092, type: internal, tls: false}"
	for name, tc := range map[string]struct {
		change  []string
		reason  string
		message string
	}{
		"unknown version": {[]string{"version: 3.6.0", "version: 2.8.0"}, "UnsupportedKafkaVersionException",
			"Unsupported Kafka.spec.kafka.version: 2.8.0. Supported versions are: [3.6.0, 3.6.1, 3.7.0]"},
		"supported by Strimzi, not runnable here": {[]string{"version: 3.6.0", "version: 3.6.1"}, "NoImageException",
			"No image for version 3.6.1 in {3.6.0=quay.io/strimzi/kafka:0.40.0-kafka-3.6.0}. The stand-in operator can run Kafka 3.6.0 only"},
		"no version":         {[]string{"version: 3.6.0", ""}, "NoImageException", "No image for default version 3.7.0"},
		"rack":               {[]string{"replicas: 1\n    listeners", "rack: {topologyKey: z}\n    replicas: 1\n    listeners"}, "InvalidResourceException", `unknown field "kafka.rack"`},
		"metrics":            {[]string{"version: 3.6.0", "version: 3.6.0\n    metricsConfig: {type: x}"}, "InvalidResourceException", `unknown field "kafka.metricsConfig"`},
		"user operator":      {[]string{"topicOperator: {}", "userOperator: {}"}, "InvalidResourceException", `unknown field "entityOperator.userOperator"`},
		"node pools":         {[]string{"metadata: {", `metadata: {annotations: {strimzi.io/node-pools: enabled}, `}, "InvalidResourceException", "strimzi.io/node-pools"},
		"KRaft":              {[]string{"metadata: {", `metadata: {annotations: {strimzi.io/kraft: migration}, `}, "InvalidResourceException", "strimzi.io/kraft"},
		"no listeners":       {[]string{"    listeners:\n    " + listener + "\n", ""}, "InvalidResourceException", "at least one listener"},
		"TLS listener":       {[]string{"tls: false", "tls: true"}, "InvalidResourceException", "tls: true is not supported by the stand-in"},
		"external listener":  {[]string{"type: internal", "type: nodeport"}, "InvalidResourceException", `type "nodeport" is not supported by the stand-in`},
		"low port":           {[]string{"port: 9092", "port: 9091"}, "InvalidResourceException", "port 9091"},
		"reserved port":      {[]string{"port: 9092", "port: 9404"}, "InvalidResourceException", "port 9404"},
		"listener name":      {[]string{"name: plain", "name: Plain-1"}, "InvalidResourceException", `"Plain-1" does not match`},
		"same name":          {[]string{listener, listener + "\n    - {name: plain, port: 9093, type: internal, tls: false}"}, "InvalidResourceException", "unique name"},
		"same port":          {[]string{listener, listener + "\n    - {name: other, port: 9092, type: internal, tls: false}"}, "InvalidResourceException", "unique port"},
		"no storage":         {[]string{"    storage: {type: ephemeral}\n    resources:", "    resources:"}, "InvalidResourceException", "spec.kafka.storage must be given"},
		"jbod":               {[]string{"storage: {type: ephemeral}", "storage: {type: jbod}"}, "InvalidResourceException", `"jbod" is not supported`},
		"claim without size": {[]string{"storage: {type: ephemeral}", "storage: {type: persistent-claim}"}, "InvalidResourceException", "spec.kafka.storage.size must be given"},
		"odd size":           {[]string{"storage: {type: ephemeral}", "storage: {type: persistent-claim, size: huge}"}, "InvalidResourceException", `"huge" is no size`},
		"negative size":      {[]string{"storage: {type: ephemeral}", "storage: {type: persistent-claim, size: -1Gi}"}, "InvalidResourceException", `"-1Gi" is no size`},
		"size of ephemeral":  {[]string{"storage: {type: ephemeral}", "storage: {type: ephemeral, size: 1Gi}"}, "InvalidResourceException", "no meaning for ephemeral"},
		"no brokers":         {[]string{"version: 3.6.0\n    replicas: 1", "version: 3.6.0\n    replicas: 0"}, "InvalidResourceException", "spec.kafka.replicas"},
		"heap":               {[]string{`"-Xmx": 512m`, `"-Xmx": lots`}, "InvalidResourceException", "spec.kafka.jvmOptions.-Xmx"},
		"nested setting":     {[]string{"auto.create.topics.enable: false", "a: {b: c}"}, "InvalidResourceException", `spec.kafka.config: config "a": is an object`},
		"watched namespace":  {[]string{"topicOperator: {}", "topicOperator: {watchedNamespace: other}"}, "InvalidResourceException", "watchedNamespace"},
		"no interval":        {[]string{"topicOperator: {}", "topicOperator: {reconciliationIntervalSeconds: 0}"}, "InvalidResourceException", "reconciliationIntervalSeconds"},
		"reserved label":     {[]string{"version: 3.6.0", "version: 3.6.0\n    template: {pod: {metadata: {labels: {strimzi.io/name: x}}}}"}, "InvalidResourceException", "strimzi.io/name"},
		"wrong type":         {[]string{"version: 3.6.0\n    replicas: 1", "version: 3.6.0\n    replicas: one"}, "InvalidResourceException", "kafka.replicas"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(parse(t, todoKafka, tc.change...), testSettings, Observed{})
			var refusal *Error
			if !errors.As(err, &refusal) {
				t.Fatalf("error = %v, want a refusal", err)
			}
			if refusal.Reason != tc.reason || !strings.Contains(refusal.Message, tc.message) {
				t.Errorf("refused with %s: %s\nwant %s: …%s…", refusal.Reason, refusal.Message, tc.reason, tc.message)
			}
		})
	}
}

func TestZookeeperSectionIsRequired(t *testing.T) {
	kafka := parse(t, todoKafka)
	kafka.Spec.Zookeeper = nil
	if _, err := New(kafka, testSettings, Observed{}); err == nil || !strings.Contains(err.Error(), ".spec.zookeeper section") {
		t.Errorf("error = %v", err)
	}
}

func TestZookeeperCannotBeScaled(t *testing.T) {
	observed := Observed{Zookeeper: &ObservedComponent{Replicas: 3, Storage: api.Storage{Type: api.StorageEphemeral}}}
	if _, err := New(parse(t, todoKafka), testSettings, observed); err == nil || !strings.Contains(err.Error(), "from 3 to 1") {
		t.Errorf("error = %v", err)
	}
}

func TestImages(t *testing.T) {
	images, err := ParseImages("  3.6.0=registry/kafka:a\n")
	if err != nil || images["3.6.0"] != "registry/kafka:a" {
		t.Errorf("images = %v, %v", images, err)
	}
	for name, text := range map[string]string{
		"empty": "", "no image": "3.6.0=", "no version": "=x", "no sign": "3.6.0", "not runnable": "3.6.0=a\n3.7.0=b",
	} {
		if _, err := ParseImages(text); err == nil {
			t.Errorf("%s: want an error", name)
		}
	}
}

func TestImageOverrides(t *testing.T) {
	c := render(t, "version: 3.6.0", "version: 3.6.0\n    image: mine/kafka:1", "zookeeper:\n", "zookeeper:\n    image: mine/zookeeper:1\n")
	if c.Kafka.Image != "mine/kafka:1" || c.Zookeeper.Image != "mine/zookeeper:1" {
		t.Errorf("images = %s, %s", c.Kafka.Image, c.Zookeeper.Image)
	}
}
