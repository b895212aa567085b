package cluster

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/standins/strimzi/api"
)

// optionFilter says which configuration keys the operator keeps for itself, by
// prefix, as the javadoc of Strimzi's KafkaClusterSpec and
// ZookeeperClusterSpec publishes them.
type optionFilter struct {
	prefixes   []string
	exceptions []string
}

var kafkaOptions = optionFilter{
	prefixes: []string{
		"listeners", "advertised.", "broker.", "listener.", "host.name", "port", "inter.broker.listener.name",
		"sasl.", "ssl.", "security.", "password.", "log.dir", "zookeeper.connect", "zookeeper.set.acl",
		"zookeeper.ssl", "zookeeper.clientCnxnSocket", "authorizer.", "super.user", "cruise.control.metrics.topic",
		"cruise.control.metrics.reporter.bootstrap.servers", "node.id", "process.roles", "controller.",
		"metadata.log.dir", "zookeeper.metadata.migration.enable",
	},
	exceptions: []string{
		"zookeeper.connection.timeout.ms", "sasl.server.max.receive.size", "ssl.cipher.suites", "ssl.protocol",
		"ssl.enabled.protocols", "ssl.secure.random.implementation",
		"cruise.control.metrics.topic.num.partitions", "cruise.control.metrics.topic.replication.factor",
		"cruise.control.metrics.topic.retention.ms", "cruise.control.metrics.topic.auto.create.retries",
		"cruise.control.metrics.topic.auto.create.timeout.ms", "cruise.control.metrics.topic.min.insync.replicas",
		"controller.quorum.election.backoff.max.ms", "controller.quorum.election.timeout.ms",
		"controller.quorum.fetch.timeout.ms",
	},
}

var zookeeperOptions = optionFilter{
	prefixes: []string{
		"server.", "dataDir", "dataLogDir", "clientPort", "authProvider", "quorum.auth", "requireClientAuthScheme",
		"snapshot.trust.empty", "standaloneEnabled", "reconfigEnabled", "4lw.commands.whitelist",
		"secureClientPort", "ssl.", "serverCnxnFactory", "sslQuorum",
	},
	exceptions: []string{
		"ssl.protocol", "ssl.quorum.protocol", "ssl.enabledProtocols", "ssl.quorum.enabledProtocols",
		"ssl.ciphersuites", "ssl.quorum.ciphersuites", "ssl.hostnameVerification", "ssl.quorum.hostnameVerification",
	},
}

func (f optionFilter) forbids(key string) bool {
	if slices.Contains(f.exceptions, key) {
		return false
	}
	return slices.ContainsFunc(f.prefixes, func(prefix string) bool {
		return strings.HasPrefix(strings.ToLower(key), strings.ToLower(prefix))
	})
}

// apply removes forbidden keys from config. Strimzi drops them with a line in
// its log; here a Warning condition says so as well.
func (f optionFilter) apply(section string, config map[string]string) []api.Condition {
	var warnings []api.Condition
	for _, key := range slices.Sorted(maps.Keys(config)) {
		if !f.forbids(key) {
			continue
		}
		delete(config, key)
		warnings = append(warnings, warning("ForbiddenConfiguration",
			fmt.Sprintf("%s: option %q is set by the operator itself and was ignored; remove it.", section, key)))
	}
	return warnings
}

// Warn adds a condition of type Warning to the statuses of the cluster.
func (c *Cluster) Warn(reason, message string) {
	c.Warnings = append(c.Warnings, warning(reason, message))
}

func warning(reason, message string) api.Condition {
	return api.Condition{Type: api.ConditionWarning, Status: metav1.ConditionTrue, Reason: reason, Message: message}
}
