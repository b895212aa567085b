package cluster

import (
	"fmt"
	"strings"

	"assay.dev/assay/standins/strimzi/api"
)

// Ports that Strimzi fixes.
const (
	// ControlPlanePort carries the controller's requests to brokers.
	ControlPlanePort = 9090
	// ReplicationPort carries replication and the operators' admin requests.
	ReplicationPort = 9091
	// agentPort is that of Strimzi's agent in the broker. The Service lists it
	// by contract; nothing listens here.
	agentPort = 8443

	zookeeperClientPort     = 2181
	zookeeperClusteringPort = 2888
	zookeeperElectionPort   = 3888
)

const (
	controlPlaneListener = "CONTROLPLANE-9090"
	replicationListener  = "REPLICATION-9091"
)

// listenerID is the name that Kafka knows a client listener by.
func listenerID(listener api.KafkaListener) string {
	return fmt.Sprintf("%s-%d", strings.ToUpper(listener.Name), listener.Port)
}

// listenerPortName is a client listener's port name in Services and pods.
// Strimzi keeps the names that it had before listeners could be named.
func listenerPortName(listener api.KafkaListener) string {
	if listener.Name == "plain" && listener.Port == 9092 {
		return "tcp-clients"
	}
	return "tcp-" + listener.Name
}
