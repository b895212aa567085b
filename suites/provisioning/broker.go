package provisioning

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"

	"github.com/IBM/sarama"
	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// kafkaBroker is where topics and settings are read from.
const kafkaBroker = "Kafka broker"

// broker is a connection to the Kafka cluster; each process of the suite has one.
type broker struct {
	sarama.Client
	admin sarama.ClusterAdmin
}

var (
	shared     *broker
	sharedOnce sync.Mutex
)

// closeKafka ends this process's connection, if it has one.
func closeKafka() {
	if shared != nil {
		_ = shared.admin.Close() // and with it the client
	}
}

// kafka returns this process's connection to the Kafka cluster.
func kafka() *broker {
	GinkgoHelper()
	sharedOnce.Lock()
	defer sharedOnce.Unlock()
	if shared == nil {
		shared = connectKafka()
	}
	return shared
}

// connectKafka makes a connection of one's own through the bootstrap address.
func connectKafka() *broker {
	GinkgoHelper()
	subject := expect.Subject{What: "connection to " + p.Spec.Kafka.Bootstrap, From: kafkaBroker}
	brokers, err := p.Cluster.Brokers(context.Background(), p.Spec.Kafka, timeouts.HTTPRequest.Duration)
	subject.NoError(err)
	config := brokers.Config()
	config.Producer.Partitioner = sarama.NewManualPartitioner
	client, admin, err := brokers.ClientWith(config)
	subject.NoError(err)
	return &broker{Client: client, admin: admin}
}

// settings are those of a topic, or of a broker by its number: the named ones, or all.
func (b *broker) settings(resource sarama.ConfigResourceType, name string, keys ...string) ([]sarama.ConfigEntry, error) {
	results, err := b.admin.DescribeConfigs([]*sarama.ConfigResource{{Type: resource, Name: name, ConfigNames: keys}}, sarama.DescribeConfigsOptions{})
	if err != nil {
		return nil, err
	}
	var all []sarama.ConfigEntry
	for _, result := range results {
		if !errors.Is(result.ErrorCode, sarama.ErrNoError) {
			return nil, result.ErrorCode
		}
		all = append(all, result.Configs...)
	}
	return all, nil
}

// setting returns a setting of a topic, or of a broker by its number.
func (b *broker) setting(resource sarama.ConfigResourceType, name, key string) string {
	GinkgoHelper()
	subject := expect.Subject{What: key + " of " + name, From: kafkaBroker}
	found, err := b.settings(resource, name, key)
	subject.NoError(err)
	at := slices.IndexFunc(found, func(entry sarama.ConfigEntry) bool { return entry.Name == key })
	if at < 0 {
		subject.AssertThat(false, "a value", "none")
	}
	return found[at].Value
}

// ownSettings are the names of the settings that a topic has for itself: all others are
// those of the brokers.
func (b *broker) ownSettings(topic string) []string {
	GinkgoHelper()
	all, err := b.settings(sarama.TopicResource, topic)
	expect.Subject{What: "settings of " + topic, From: kafkaBroker}.NoError(err)
	var own []string
	for _, entry := range all {
		if entry.Source == sarama.SourceTopic {
			own = append(own, entry.Name)
		}
	}
	return own
}

// brokerSetting returns a setting of the first broker.
func (b *broker) brokerSetting(key string) string {
	GinkgoHelper()
	brokers := b.Brokers()
	if len(brokers) == 0 {
		expect.Subject{What: "brokers", From: kafkaBroker}.AssertThat(false, "at least one", "none")
	}
	return b.setting(sarama.BrokerResource, strconv.Itoa(int(brokers[0].ID())), key)
}

// describe returns a topic as the broker knows it; absent ones have an error.
func (b *broker) describe(topic string) *sarama.TopicMetadata {
	GinkgoHelper()
	subject := expect.Subject{What: "topic " + topic, From: kafkaBroker}
	found, err := b.admin.DescribeTopics([]string{topic})
	subject.NoError(err)
	if len(found) != 1 {
		subject.AssertThat(false, "one answer", strconv.Itoa(len(found)))
	}
	return found[0]
}

// kafkaPods returns the pods of the brokers, or of ZooKeeper.
func kafkaPods(ctx SpecContext, role string) []corev1.Pod {
	GinkgoHelper()
	return podsOfWorkload(ctx, kube.PodSetKind.Kind, p.Spec.Kafka.Namespace, p.Spec.Kafka.Name+"-"+role)
}

// topicNames are the names of topics.
func topicNames(topics []spec.Topic) []string {
	names := make([]string, len(topics))
	for i, topic := range topics {
		names[i] = topic.Name
	}
	return names
}
