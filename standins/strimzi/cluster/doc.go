// Package cluster turns a Kafka resource into the Kubernetes objects that
// Strimzi 0.40.0 would make of it: names, labels, ports and annotations are
// Strimzi's, so that whoever looks at the cluster by its contract sees no
// difference. All functions are pure; package operator applies the result.
//
// What differs from Strimzi, on purpose:
//   - Processes are started as plain `java` with the configuration that is in
//     the ConfigMap; Strimzi's own start scripts and agents are not used.
//   - Traffic between brokers and with ZooKeeper is plaintext. NetworkPolicies
//     let only brokers, ZooKeeper servers and the operators reach those ports.
//   - Only Kafka 3.6.0 with ZooKeeper can run, only internal plaintext
//     listeners exist, and a change of broker configuration always rolls the
//     brokers, where Strimzi updates some settings in place.
//
// Whatever else a Kafka resource can ask for is refused with
// InvalidResourceException, or named in a condition of type Warning.
package cluster
