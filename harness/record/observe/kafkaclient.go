package observe

import (
	"net"
	"time"

	"github.com/IBM/sarama"
)

// Dialer reaches the brokers under the names that they advertise. *kube.Dialer
// is one.
type Dialer interface {
	Dial(network, address string) (net.Conn, error)
}

// How long the clients wait for a broker before they look for it again, and how
// long between two looks. A broker that restarts takes tens of seconds; neither
// is a bound of a wait.
const (
	brokerAnswer = 10 * time.Second
	brokerRetry  = 500 * time.Millisecond
)

// KafkaConfig is the configuration of every Kafka client of the suites: brokers
// are reached through dialer, or directly if it is nil, topics are never made by
// asking for them, and records of transactions are read once they are committed.
func KafkaConfig(dialer Dialer) *sarama.Config {
	config := sarama.NewConfig()
	config.ClientID = "assay"
	config.Version = sarama.V3_6_0_0
	config.Net.Proxy.Enable, config.Net.Proxy.Dialer = dialer != nil, dialer
	config.Net.DialTimeout, config.Net.ReadTimeout, config.Net.WriteTimeout = brokerAnswer, brokerAnswer, brokerAnswer
	config.Metadata.AllowAutoTopicCreation = false
	config.Metadata.Retry.Backoff = brokerRetry
	config.Consumer.Retry.Backoff = brokerRetry
	config.Consumer.Return.Errors = true
	config.Consumer.IsolationLevel = sarama.ReadCommitted
	return config
}
