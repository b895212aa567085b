package cluster

import (
	"regexp"
	"strings"

	"assay.dev/assay/standins/strimzi/api"
)

const unsupportedHint = "remove it, or use the real Strimzi operator"

func checkKnownFields(kafka *api.Kafka) error {
	if len(kafka.Spec.Problems) == 0 {
		return nil
	}
	return invalid("the stand-in operator does not support this spec: %s; %s",
		strings.Join(kafka.Spec.Problems, "; "), unsupportedHint)
}

// checkMode refuses KRaft and node pools, which annotations switch on.
func checkMode(kafka *api.Kafka) error {
	for _, annotation := range []string{AnnotationKRaft, AnnotationNodePools} {
		value := kafka.Annotations[annotation]
		if value != "" && value != "disabled" {
			return invalid("annotation %s: %q is not supported by the stand-in operator, which runs brokers with "+
				"ZooKeeper and without node pools; %s", annotation, value, unsupportedHint)
		}
	}
	return nil
}

func checkRequired(kafka *api.Kafka) error {
	spec := kafka.Spec
	switch {
	case spec.Zookeeper == nil:
		return invalid("the .spec.zookeeper section of the Kafka custom resource is missing. " +
			"This section is required for a ZooKeeper-based cluster.")
	case spec.Kafka.Replicas == nil || *spec.Kafka.Replicas < 1:
		return invalid("spec.kafka.replicas must be given and at least 1")
	case spec.Zookeeper.Replicas == nil || *spec.Zookeeper.Replicas < 1:
		return invalid("spec.zookeeper.replicas must be given and at least 1")
	case spec.Kafka.Storage == nil:
		return invalid("spec.kafka.storage must be given, with type ephemeral or persistent-claim")
	case spec.Zookeeper.Storage == nil:
		return invalid("spec.zookeeper.storage must be given, with type ephemeral or persistent-claim")
	}
	return nil
}

var listenerName = regexp.MustCompile(`^[a-z0-9]{1,11}$`)

func checkListeners(kafka *api.Kafka) error {
	listeners := kafka.Spec.Kafka.Listeners
	if len(listeners) == 0 {
		return invalid("spec.kafka.listeners must have at least one listener")
	}
	names, ports := map[string]bool{}, map[int32]bool{}
	for _, listener := range listeners {
		if err := checkListener(listener); err != nil {
			return err
		}
		if names[listener.Name] {
			return invalid("every listener needs to have a unique name: %q is used twice", listener.Name)
		}
		if ports[listener.Port] {
			return invalid("every listener needs to have a unique port number: %d is used twice", listener.Port)
		}
		names[listener.Name], ports[listener.Port] = true, true
	}
	return nil
}

func checkListener(listener api.KafkaListener) error {
	switch {
	case !listenerName.MatchString(listener.Name):
		return invalid("listener name %q does not match %s", listener.Name, listenerName)
	case listener.Port < 9092 || listener.Port > 65535 || listener.Port == 9404 || listener.Port == 9999:
		return invalid("port %d of listener %q is forbidden and cannot be used: choose one from 9092 to 65535 "+
			"other than 9404 and 9999", listener.Port, listener.Name)
	case listener.Type != "internal":
		return invalid("listener %q: type %q is not supported by the stand-in operator, only internal is; %s",
			listener.Name, listener.Type, unsupportedHint)
	case listener.TLS:
		return invalid("listener %q: tls: true is not supported by the stand-in operator; "+
			"set tls: false, or use the real Strimzi operator", listener.Name)
	}
	return nil
}

func checkTopicOperator(kafka *api.Kafka) error {
	entity := kafka.Spec.EntityOperator
	if entity == nil || entity.TopicOperator == nil {
		return nil
	}
	operator := entity.TopicOperator
	if operator.WatchedNamespace != "" && operator.WatchedNamespace != kafka.Namespace {
		return invalid("spec.entityOperator.topicOperator.watchedNamespace: %q is not supported by the stand-in "+
			"operator, whose topic operator watches the cluster's own namespace; %s",
			operator.WatchedNamespace, unsupportedHint)
	}
	if seconds := operator.ReconciliationIntervalSeconds; seconds != nil && *seconds < 1 {
		return invalid("spec.entityOperator.topicOperator.reconciliationIntervalSeconds must be at least 1, not %d", *seconds)
	}
	return checkTemplate("spec.entityOperator.template.pod", podTemplate(entity.Template))
}
