package provisioning

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/IBM/sarama"
	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
)

// strimziCluster is the label by which a KafkaTopic names its parent cluster.
const strimziCluster = "strimzi.io/cluster"

var _ = p.Checks(func() {
	Describe("Topics", func() {
		p.It("kafka.topics", func(SpecContext) {
			topics, err := kafka().admin.ListTopics()
			subject := expect.Subject{What: "topics of the specification in the broker", From: brokerSays}
			subject.Works(err)
			want := topicNames(p.Spec.SpecifiedTopics())
			var seen []string
			for name := range topics {
				if slices.Contains(want, name) {
					seen = append(seen, name)
				}
			}
			subject.Is(seen, want)
		}, brief)

		for _, claim := range []claim{
			{"topic.task-events.exists", "task-events"}, {"topic.reminders.exists", "reminders"}, {"topic.task-updates.exists", "task-updates"},
			{"topic.task-events-dlq.exists", "task-events-dlq"}, {"topic.reminders-dlq.exists", "reminders-dlq"}, {"topic.task-updates-dlq.exists", "task-updates-dlq"},
		} {
			p.It(claim.id, func(SpecContext) { topicServes(p.Spec.Topic(claim.name).Name) }, brief)
		}

		for _, claim := range []claim{{"topic.task-events.partitions", "task-events"}, {"topic.reminders.partitions", "reminders"}, {"topic.task-updates.partitions", "task-updates"}} {
			p.It(claim.id, func(SpecContext) {
				expect.Subject{What: "partitions of " + claim.name, From: brokerSays}.
					Is(len(kafka().describe(claim.name).Partitions), p.Spec.Topic(claim.name).Partitions)
			}, brief)
		}

		for _, claim := range []claim{{"topic.task-events.retention", "task-events"}, {"topic.reminders.retention", "reminders"}, {"topic.task-updates.retention", "task-updates"}} {
			p.It(claim.id, func(SpecContext) {
				want := strconv.FormatInt(p.Spec.Topic(claim.name).RetentionMs(), 10)
				expect.Subject{What: "retention.ms of " + claim.name, From: brokerSays}.
					Is(kafka().setting(sarama.TopicResource, claim.name, "retention.ms"), want)
				// Compaction in place of deletion, or a bound on bytes, would keep
				// records for another time than the one that retention.ms says.
				expect.Subject{What: "cleanup.policy of " + claim.name, From: brokerSays}.
					Is(kafka().setting(sarama.TopicResource, claim.name, "cleanup.policy"), "delete")
				expect.Subject{What: "retention.bytes of " + claim.name, From: brokerSays}.
					Is(kafka().setting(sarama.TopicResource, claim.name, "retention.bytes"), "-1")
			}, brief)
		}

		p.It("topic.replicas", func(SpecContext) {
			for _, topic := range p.Spec.Topics {
				for _, partition := range partitionsOf(topic.Name) {
					expect.Subject{What: fmt.Sprintf("replicas of %s/%d", topic.Name, partition.ID), From: brokerSays}.
						Is(len(partition.Replicas), topic.Replicas)
				}
			}
		}, brief)

		p.It("topic.resource", func(ctx SpecContext) {
			for _, topic := range p.Spec.Topics {
				resource, err := p.Cluster.GetKind(ctx, kube.KafkaTopicKind, p.Spec.Kafka.Namespace, topic.Name)
				subject := expect.Subject{What: "KafkaTopic " + topic.Name, From: kubernetesAPI, Object: resource}
				subject.Works(err)
				ready, said := kube.Ready(resource)
				subject.Holds(ready, "Ready=True", said)
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
		expect.Subject{What: fmt.Sprintf("leader of %s/%d", name, partition.ID), From: brokerSays}.
			Holds(partition.Leader >= 0 && errors.Is(partition.Err, sarama.ErrNoError), "a broker", fmt.Sprintf("%d, %v", partition.Leader, partition.Err))
	}
}

// partitionsOf returns the partitions of a topic that is there.
func partitionsOf(name string) []*sarama.PartitionMetadata {
	GinkgoHelper()
	topic := kafka().describe(name)
	there := errors.Is(topic.Err, sarama.ErrNoError) && len(topic.Partitions) > 0
	expect.Subject{What: "topic " + name, From: brokerSays}.
		Holds(there, "there", presence(there, topic.Err))
	return topic.Partitions
}

func presence(there bool, err error) string {
	if there {
		return "there"
	}
	return "absent: " + err.Error()
}
