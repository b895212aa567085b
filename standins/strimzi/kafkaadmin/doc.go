// Package kafkaadmin talks to brokers for the operators: what the cluster
// operator must know of a running cluster, and the topic operator's changes.
//
// The underlying client takes no contexts, so every call is bounded by the
// network and retry limits in config.
package kafkaadmin

import (
	"time"

	"github.com/IBM/sarama"
)

// Limits of one exchange with a broker.
const (
	dialTimeout    = 5 * time.Second
	requestTimeout = 15 * time.Second
)

func config(clientID string) *sarama.Config {
	c := sarama.NewConfig()
	c.ClientID = clientID
	c.Version = sarama.V3_6_0_0
	c.Net.DialTimeout = dialTimeout
	c.Net.ReadTimeout = requestTimeout
	c.Net.WriteTimeout = requestTimeout
	c.Admin.Timeout = requestTimeout
	c.Admin.Retry.Max = 3
	c.Admin.Retry.Backoff = 200 * time.Millisecond
	c.Metadata.Retry.Max = 1
	// asking for a topic must never create it
	c.Metadata.AllowAutoTopicCreation = false
	// topics are described when needed; no need to refresh in between
	c.Metadata.RefreshFrequency = 0
	return c
}
