package provisioning

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/IBM/sarama"
	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// strimziCluster is the label by which a KafkaTopic names its parent cluster.
const strimziCluster = "strimzi.io/cluster"

var _ = p.Checks(func() {
	Describe("Topics", expect.Requires(spec.KafkaAccess), func() {
		p.It("kafka.topics", func(SpecContext) {
			topics, err := kafka().admin.ListTopics()
			subject := expect.Subject{What: "topics of the specification in the broker", From: kafkaBroker}
			subject.NoError(err)
			want := topicNames(p.Spec.SpecifiedTopics())
			var seen []string
			for name := range topics {
				if slices.Contains(want, name) {
					seen = append(seen, name)
				}
			}
			subject.Is(seen, want)
		}, brief)

		expect.Each(p, "topic.{name}.exists", func(_ SpecContext, topic spec.Topic) { topicServes(topic.Name) }, brief)

		expect.Each(p, "topic.{name}.partitions", func(_ SpecContext, topic spec.Topic) {
			expect.Subject{What: "partitions of " + topic.Name, From: kafkaBroker}.
				Is(len(kafka().describe(topic.Name).Partitions), topic.Partitions)
		}, brief)

		expect.Each(p, "topic.{name}.retention", func(_ SpecContext, topic spec.Topic) {
			expect.Subject{What: "retention.ms of " + topic.Name, From: kafkaBroker}.
				Is(kafka().setting(sarama.TopicResource, topic.Name, "retention.ms"), strconv.FormatInt(topic.RetentionMs(), 10))
			// Compaction in place of deletion, or a bound on bytes, would keep
			// records for another time than the one that retention.ms says.
			expect.Subject{What: "cleanup.policy of " + topic.Name, From: kafkaBroker}.
				Is(kafka().setting(sarama.TopicResource, topic.Name, "cleanup.policy"), "delete")
			expect.Subject{What: "retention.bytes of " + topic.Name, From: kafkaBroker}.
				Is(kafka().setting(sarama.TopicResource, topic.Name, "retention.bytes"), "-1")
		}, brief)

		expect.Each(p, "topic.{name}.settings", func(_ SpecContext, topic spec.Topic) {
			expect.Subject{What: "settings that " + topic.Name + " alone has", From: kafkaBroker}.
				Is(kafka().ownSettings(topic.Name), []string{"cleanup.policy", "retention.ms"})
		}, brief)

		p.It("topic.no-other", func(SpecContext) {
			topics, err := kafka().admin.ListTopics()
			subject := expect.Subject{What: "topics that nobody specified", From: kafkaBroker}
			subject.NoError(err)
			maps.DeleteFunc(topics, func(name string, _ sarama.TopicDetail) bool {
				// Those of Kafka itself, and those that assay makes to try things.
				return strings.HasPrefix(name, "__") || strings.HasPrefix(name, kube.ManagedBy+"-") || slices.Contains(topicNames(p.Spec.Topics), name)
			})
			subject.Is(slices.Sorted(maps.Keys(topics)), []string{})
		}, brief)

		p.It("topic.replicas", func(SpecContext) {
			for _, topic := range p.Spec.Topics {
				for _, partition := range partitionsOf(topic.Name) {
					expect.Subject{What: fmt.Sprintf("replicas of %s/%d", topic.Name, partition.ID), From: kafkaBroker}.
						Is(len(partition.Replicas), topic.Replicas)
				}
			}
		}, brief)

		p.It("topic.resource", func(ctx SpecContext) {
			for _, topic := range p.Spec.Topics {
				resource, err := p.Cluster.GetKind(ctx, kube.KafkaTopicKind, p.Spec.Kafka.Namespace, topic.Name)
				subject := expect.Subject{What: "KafkaTopic " + topic.Name, From: kubernetesAPI, Object: resource}
				subject.NoError(err)
				ready, reason := kube.Ready(resource)
				subject.AssertThat(ready, "Ready=True", reason)
				expect.Subject{What: "parent cluster of KafkaTopic " + topic.Name, From: kubernetesAPI, Object: resource}.
					Is(resource.GetLabels()[strimziCluster], topic.Cluster)
			}
		}, brief)
	})
})

// topicServes fails the check unless a topic is there with a leader for each of
// its partitions.
func topicServes(name string) {
	GinkgoHelper()
	for _, partition := range partitionsOf(name) {
		expect.Subject{What: fmt.Sprintf("leader of %s/%d", name, partition.ID), From: kafkaBroker}.
			AssertThat(partition.Leader >= 0 && errors.Is(partition.Err, sarama.ErrNoError), "a broker", fmt.Sprintf("%d, %v", partition.Leader, partition.Err))
	}
}

// partitionsOf returns the partitions of a topic that is there.
func partitionsOf(name string) []*sarama.PartitionMetadata {
	GinkgoHelper()
	topic := kafka().describe(name)
	there := errors.Is(topic.Err, sarama.ErrNoError) && len(topic.Partitions) > 0
	expect.Subject{What: "topic " + name, From: kafkaBroker}.
		AssertThat(there, "there", presence(there, topic.Err))
	return topic.Partitions
}

func presence(there bool, err error) string {
	if there {
		return "there"
	}
	return "absent: " + err.Error()
}
