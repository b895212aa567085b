package cluster

import (
	"fmt"
	"strings"
)

// Paths in the broker's container.
const (
	kafkaDataPath   = "/var/lib/kafka/data"
	kafkaConfigPath = "/opt/kafka/custom-config"
	serverConfigKey = "server.config"
	log4jKey        = "log4j.properties"
)

// Endpoint places a broker: what distinguishes a broker in a pod from one that
// a test starts on its own host.
type Endpoint struct {
	// BrokerID is the ordinal of the pod.
	BrokerID int32
	// BindHost and AdvertisedHost are those of every listener.
	BindHost       string
	AdvertisedHost string
	// LogDir holds the partitions.
	LogDir string
	// ZookeeperConnect is zookeeper.connect.
	ZookeeperConnect string
	// Ports overrides the port of a listener by its ID, for hosts where a
	// fixed one would collide; nil in pods.
	Ports map[string]int32
}

// brokerEndpoint is where broker i of the cluster runs.
func (c *Cluster) brokerEndpoint(i int32) Endpoint {
	pod := PodName(KafkaName(c.Name), i)
	return Endpoint{
		BrokerID:         i,
		BindHost:         "0.0.0.0",
		AdvertisedHost:   podHost(pod, BrokersServiceName(c.Name), c.Namespace),
		LogDir:           fmt.Sprintf("%s/kafka-log%d", kafkaDataPath, i),
		ZookeeperConnect: fmt.Sprintf("%s:%d", ZookeeperClientServiceName(c.Name), zookeeperClientPort),
	}
}

// ServerConfig renders server.properties of one broker: what the operator
// decides, then the configuration that the resource passes through.
func (c *Cluster) ServerConfig(at Endpoint) string {
	type listener struct {
		id   string
		port int32
	}
	listeners := []listener{{controlPlaneListener, ControlPlanePort}, {replicationListener, ReplicationPort}}
	for _, l := range c.Listeners {
		listeners = append(listeners, listener{listenerID(l), l.Port})
	}
	var bound, advertised, protocols []string
	for _, l := range listeners {
		port := l.port
		if override, ok := at.Ports[l.id]; ok {
			port = override
		}
		bound = append(bound, fmt.Sprintf("%s://%s:%d", l.id, at.BindHost, port))
		advertised = append(advertised, fmt.Sprintf("%s://%s:%d", l.id, at.AdvertisedHost, port))
		protocols = append(protocols, l.id+":PLAINTEXT")
	}
	var p properties
	p.set("broker.id", at.BrokerID)
	p.set("log.dirs", at.LogDir)
	p.set("zookeeper.connect", at.ZookeeperConnect)
	p.set("listeners", strings.Join(bound, ","))
	p.set("advertised.listeners", strings.Join(advertised, ","))
	p.set("listener.security.protocol.map", strings.Join(protocols, ","))
	p.set("control.plane.listener.name", controlPlaneListener)
	p.set("inter.broker.listener.name", replicationListener)
	if _, given := c.Kafka.Config["inter.broker.protocol.version"]; !given {
		p.set("inter.broker.protocol.version", protocolVersion(c.Version))
	}
	p.setAll(c.Kafka.Config)
	return p.String()
}

// protocolVersion is the major.minor of a Kafka version.
func protocolVersion(version string) string {
	return version[:strings.LastIndexByte(version, '.')]
}

// KafkaLog4j sends the broker's log to standard output.
func KafkaLog4j() string {
	var p properties
	consoleAppender(&p)
	p.set("log4j.logger.kafka.network.RequestChannel$", "WARN")
	p.set("log4j.logger.kafka.request.logger", "WARN")
	p.set("log4j.logger.org.apache.zookeeper", "INFO")
	p.set("log4j.logger.state.change.logger", "INFO")
	return p.String()
}

func consoleAppender(p *properties) {
	p.set("log4j.rootLogger", "INFO, CONSOLE")
	p.set("log4j.appender.CONSOLE", "org.apache.log4j.ConsoleAppender")
	p.set("log4j.appender.CONSOLE.layout", "org.apache.log4j.PatternLayout")
	p.set("log4j.appender.CONSOLE.layout.ConversionPattern", "%d{ISO8601} %p %m (%c) [%t]%n")
}
