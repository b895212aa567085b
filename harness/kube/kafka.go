package kube

import (
	"fmt"
	"time"

	"github.com/IBM/sarama"
)

// KafkaConfig is the configuration of a Kafka client that reaches brokers under
// their cluster-internal names. timeout bounds each request.
func (c *Cluster) KafkaConfig(version string, timeout time.Duration) (*sarama.Config, error) {
	parsed, err := sarama.ParseKafkaVersion(version)
	if err != nil {
		return nil, fmt.Errorf("connect to Kafka: %w", err)
	}
	config := sarama.NewConfig()
	config.ClientID = ManagedBy
	config.Version = parsed
	config.Net.Proxy.Enable, config.Net.Proxy.Dialer = true, c.Dialer
	config.Net.DialTimeout, config.Net.ReadTimeout, config.Net.WriteTimeout = timeout, timeout, timeout
	config.Admin.Timeout = timeout
	config.Metadata.AllowAutoTopicCreation = false
	config.Producer.Return.Successes = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	return config, nil
}
