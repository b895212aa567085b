package main

import (
	"strings"
	"testing"
	"time"
)

func fromMap(values map[string]string) lookup {
	return func(name string) (string, bool) {
		value, set := values[name]
		return value, set
	}
}

func TestClusterOperatorEnvironment(t *testing.T) {
	valid := map[string]string{
		"STRIMZI_NAMESPACE":                       "kafka, other",
		"STRIMZI_FULL_RECONCILIATION_INTERVAL_MS": "30000",
		"STRIMZI_KAFKA_IMAGES":                    "3.6.0=quay.io/strimzi/kafka:0.40.0-kafka-3.6.0\n",
		"STRIMZI_DEFAULT_TOPIC_OPERATOR_IMAGE":    "standin",
		"STRIMZI_OPERATOR_NAMESPACE":              "kafka",
	}
	config, err := readClusterOperatorConfig(fromMap(valid))
	if err != nil {
		t.Fatal(err)
	}
	if len(config.namespaces) != 2 || config.namespaces[1] != "other" || config.fullInterval != 30*time.Second ||
		config.operationTimeout != 5*time.Minute || config.settings.KafkaImages["3.6.0"] == "" {
		t.Errorf("config = %+v", config)
	}
	for name, value := range map[string]string{
		"STRIMZI_NAMESPACE":                       "*",
		"STRIMZI_FULL_RECONCILIATION_INTERVAL_MS": "soon",
		"STRIMZI_OPERATION_TIMEOUT_MS":            "-1",
		"STRIMZI_KAFKA_IMAGES":                    "3.7.0=x",
		"STRIMZI_DEFAULT_TOPIC_OPERATOR_IMAGE":    "",
		"STRIMZI_OPERATOR_NAMESPACE":              " ",
	} {
		t.Run(name, func(t *testing.T) {
			broken := map[string]string{}
			for k, v := range valid {
				broken[k] = v
			}
			broken[name] = value
			if _, err := readClusterOperatorConfig(fromMap(broken)); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("error = %v, want one that names %s", err, name)
			}
		})
	}
}

func TestTopicOperatorEnvironment(t *testing.T) {
	config, err := readTopicOperatorConfig(fromMap(map[string]string{
		"STRIMZI_NAMESPACE":               "kafka",
		"STRIMZI_RESOURCE_LABELS":         "strimzi.io/cluster=todo-kafka",
		"STRIMZI_KAFKA_BOOTSTRAP_SERVERS": "todo-kafka-kafka-bootstrap:9091",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if config.selector.String() != "strimzi.io/cluster=todo-kafka" || config.interval != 2*time.Minute || len(config.bootstrap) != 1 {
		t.Errorf("config = %+v", config)
	}
	_, err = readTopicOperatorConfig(fromMap(map[string]string{"STRIMZI_RESOURCE_LABELS": "a=b=c"}))
	for _, name := range []string{"STRIMZI_NAMESPACE", "STRIMZI_RESOURCE_LABELS", "STRIMZI_KAFKA_BOOTSTRAP_SERVERS"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error = %v, want one that names %s", err, name)
		}
	}
}
