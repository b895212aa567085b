package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"assay.dev/assay/standins/strimzi/cluster"
)

// lookup reads one environment variable; os.LookupEnv.
type lookup func(name string) (value string, set bool)

// environment collects the errors of all variables, so that one start tells
// all that is wrong.
type environment struct {
	lookup lookup
	errs   []error
}

func (e *environment) text(name string) string {
	if value, set := e.lookup(name); set && strings.TrimSpace(value) != "" {
		return strings.TrimSpace(value)
	}
	return ""
}

func (e *environment) required(name, meaning string) string {
	value := e.text(name)
	if value == "" {
		e.errs = append(e.errs, fmt.Errorf("%s is not set; set it to %s", name, meaning))
	}
	return value
}

func (e *environment) milliseconds(name string, fallback time.Duration) time.Duration {
	value := e.text(name)
	if value == "" {
		return fallback
	}
	number, err := strconv.ParseInt(value, 10, 64)
	if err != nil || number < 1 {
		e.errs = append(e.errs, fmt.Errorf("%s: %q is not a positive number of milliseconds", name, value))
		return fallback
	}
	return time.Duration(number) * time.Millisecond
}

func (e *environment) list(name string) []string {
	var items []string
	for _, item := range strings.Split(e.text(name), ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func (e *environment) err() error { return errors.Join(e.errs...) }

// clusterOperatorConfig is the cluster operator's environment.
type clusterOperatorConfig struct {
	namespaces       []string
	fullInterval     time.Duration
	operationTimeout time.Duration
	settings         cluster.Settings
}

func readClusterOperatorConfig(l lookup) (clusterOperatorConfig, error) {
	e := environment{lookup: l}
	config := clusterOperatorConfig{
		namespaces:       e.list(cluster.EnvNamespace),
		fullInterval:     e.milliseconds(cluster.EnvFullReconcileMS, 2*time.Minute),
		operationTimeout: e.milliseconds("STRIMZI_OPERATION_TIMEOUT_MS", 5*time.Minute),
		settings: cluster.Settings{
			TopicOperatorImage: e.required("STRIMZI_DEFAULT_TOPIC_OPERATOR_IMAGE", "this operator's own image"),
			OperatorNamespace:  e.required("STRIMZI_OPERATOR_NAMESPACE", "the namespace that this operator runs in"),
		},
	}
	if len(config.namespaces) == 0 {
		e.errs = append(e.errs, fmt.Errorf("%s is not set; set it to the namespaces to watch, separated by commas", cluster.EnvNamespace))
	}
	for _, namespace := range config.namespaces {
		if namespace == "*" {
			e.errs = append(e.errs, fmt.Errorf("%s: watching all namespaces is not supported; name them", cluster.EnvNamespace))
		}
	}
	images, err := cluster.ParseImages(e.text("STRIMZI_KAFKA_IMAGES"))
	if err != nil {
		e.errs = append(e.errs, fmt.Errorf("STRIMZI_KAFKA_IMAGES: %w", err))
	}
	config.settings.KafkaImages = images
	return config, e.err()
}

// topicOperatorConfig is the topic operator's environment.
type topicOperatorConfig struct {
	namespace string
	selector  labels.Selector
	bootstrap []string
	interval  time.Duration
}

func readTopicOperatorConfig(l lookup) (topicOperatorConfig, error) {
	e := environment{lookup: l}
	config := topicOperatorConfig{
		namespace: e.required(cluster.EnvNamespace, "the namespace of the KafkaTopic resources"),
		bootstrap: e.list(cluster.EnvBootstrapServers),
		interval:  e.milliseconds(cluster.EnvFullReconcileMS, 2*time.Minute),
	}
	if len(config.bootstrap) == 0 {
		e.errs = append(e.errs, fmt.Errorf("%s is not set; set it to host:port of the brokers", cluster.EnvBootstrapServers))
	}
	text := e.required(cluster.EnvResourceLabels, "the label of the resources to manage, as strimzi.io/cluster=NAME")
	selector, err := labels.Parse(text)
	if err != nil {
		e.errs = append(e.errs, fmt.Errorf("%s: %w", cluster.EnvResourceLabels, err))
	}
	config.selector = selector
	return config, e.err()
}
