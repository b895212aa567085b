package eventing_test

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/observe"
	"assay.dev/assay/harness/traffic"
	"assay.dev/assay/spec/check"
)

// retentionTopic keeps a record for a second, in segments of a second.
const retentionTopic = "assay-probe-retention"

var _ = Describe("Retention", func() {
	check.It("FLW-016", SpecTimeout(timeouts.RetentionExpired.Duration+timeouts.TopicReady.Duration+timeouts.ObjectDeleted.Duration),
		func(ctx SpecContext) {
			topic := kube.NewKind(kube.KafkaTopicKind, p.Spec.Kafka.Namespace, retentionTopic)
			topic.SetLabels(map[string]string{"strimzi.io/cluster": p.Spec.Kafka.Name, kube.ManagedByLabel: kube.ManagedBy})
			topic.Object["spec"] = map[string]any{
				"partitions": int64(1), "replicas": int64(1),
				"config": map[string]any{"retention.ms": int64(1000), "segment.ms": int64(1000)},
			}
			subject := expect.Subject{What: "KafkaTopic " + retentionTopic, From: "Kubernetes API", Object: topic}
			DeferCleanup(func(ctx SpecContext) {
				subject.Works(p.Cluster.Remove(ctx, topic, timeouts.ObjectDeleted.Duration))
			}, NodeTimeout(timeouts.ObjectDeleted.Duration))
			subject.Works(p.Cluster.Remove(ctx, topic, timeouts.ObjectDeleted.Duration))
			subject.Works(p.Cluster.Create(ctx, topic))
			subject.Works(p.Cluster.Await(ctx, topic, timeouts.TopicReady.Duration, func() (bool, error) {
				ready, _ := kube.Ready(topic)
				return ready, nil
			}))
			judgeRetention(ctx)
		})
})

// judgeRetention publishes a record and waits until it is gone.
func judgeRetention(ctx context.Context) {
	GinkgoHelper()
	what := expect.Subject{What: "a record of " + retentionTopic, From: "Kafka"}
	journal, err := observe.Begin(p.Run.Path("diagnostics", "retention"), p.Run.ID, "retention", p.Run.Seed)
	what.Works(err)
	defer func() { what.Works(journal.Close()) }()
	producer, err := traffic.NewKafka(journal, []string{p.Spec.Kafka.Bootstrap}, traffic.KafkaConfig(p.Cluster.Dialer))
	what.Works(err)
	defer func() { what.Works(producer.Close()) }()
	sent := producer.Publish(traffic.Event{Topic: retentionTopic, Raw: []byte("kept for a second")})
	what.Holds(sent.Outcome == history.Accepted, "accepted", fmt.Sprintf("%s %s", sent.Outcome, sent.Error))

	first := int64(-1)
	wait := kube.Poll{Every: timeouts.StableFor.Duration, Within: timeouts.RetentionExpired.Duration}
	err = wait.Until(ctx, func(context.Context) error {
		bounds, err := observe.BoundsOf(journal, []string{p.Spec.Kafka.Bootstrap}, p.Cluster.Dialer, retentionTopic)
		if err != nil {
			return err
		}
		if first = bounds[0].First; first <= sent.Offset {
			return fmt.Errorf("the log still begins at offset %d", first)
		}
		return nil
	})
	said := "gone"
	if err != nil {
		said = err.Error()
	}
	what.Holds(err == nil, "gone once its retention of a second is over and the broker has looked", said)
}
