// Package topic reconciles KafkaTopic resources with the topics of one Kafka
// cluster, in one direction: the resource is right, the broker is corrected.
// Finalizer, conditions and messages are those of Strimzi 0.40.0's
// (unidirectional) topic operator.
//
// Kubernetes changes are watched. Brokers offer no watch on topics, so each
// topic is compared again after an interval.
package topic
