package eventing

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/spec"
)

// retentionTopic keeps a record for a second, in segments of a second.
const retentionTopic = "assay-probe-retention"

// retentionName is the name of what the check records.
const retentionName = "retention"

var _ = p.Checks(func() {
	Describe("Retention", expect.At(spec.Standard), expect.Requires(spec.KafkaAccess), func() {
		p.It("flow.retained", SpecTimeout(timeouts.RetentionExpired.Duration+timeouts.TopicReady.Duration+timeouts.ObjectDeleted.Duration),
			func(ctx SpecContext) {
				if !p.Recorded() {
					makeRetentionTopic(ctx)
					recordRetention(ctx)
				} else if !recordings.Has(p.Run.Path(), retentionName) {
					Skip("the run has no record of what was retained")
				}
				judgeRetention()
			})
	})
})

// makeRetentionTopic makes the topic until the check ends.
func makeRetentionTopic(ctx context.Context) {
	GinkgoHelper()
	topic := kube.NewTopic(p.Spec.Kafka, retentionTopic, 1, map[string]any{"retention.ms": int64(1000), "segment.ms": int64(1000)})
	subject := expect.Subject{What: "KafkaTopic " + retentionTopic, From: "Kubernetes API", Object: topic}
	DeferCleanup(func(ctx SpecContext) {
		subject.NoError(p.Cluster.Remove(ctx, topic, timeouts.ObjectDeleted.Duration))
	}, NodeTimeout(timeouts.ObjectDeleted.Duration))
	subject.NoError(p.Cluster.Remove(ctx, topic, timeouts.ObjectDeleted.Duration))
	subject.NoError(p.Cluster.Create(ctx, topic))
	subject.NoError(p.Cluster.Await(ctx, topic, timeouts.TopicReady.Duration, func() (bool, error) {
		ready, _ := kube.Ready(topic)
		return ready, nil
	}))
}

// recordRetention publishes a record and looks at the log until it is gone, or
// should have been for long.
func recordRetention(ctx context.Context) {
	GinkgoHelper()
	what := retained()
	journal, err := observe.Start(p.Run.Path(recordings.Diagnostics, retentionName), p.Run.ID, retentionName, p.Run.Seed)
	what.NoError(err)
	defer func() { what.NoError(journal.Close()) }()
	brokers, err := p.Cluster.Brokers(ctx, p.Spec.Kafka, 0)
	what.NoError(err)
	producer, err := traffic.NewKafka(journal, brokers)
	what.NoError(err)
	defer func() { what.NoError(producer.Close()) }()
	sent := producer.Publish(traffic.Event{Topic: retentionTopic, Raw: []byte("retained for a second")})
	var broken error
	wait := kube.Poll{Every: timeouts.StableFor.Duration, Within: timeouts.RetentionExpired.Duration}
	_ = wait.Until(ctx, func(context.Context) error { // what is still there is judged
		bounds, err := observe.BoundsOf(journal, brokers, retentionTopic)
		if broken = err; err != nil {
			return err
		}
		if bounds[0].First <= sent.Offset {
			return fmt.Errorf("the log still starts at offset %d", bounds[0].First)
		}
		return nil
	})
	what.NoError(broken)
}

func retained() expect.Subject {
	return expect.Subject{What: "a record of " + retentionTopic, From: "Kafka"}
}

// judgeRetention judges what was recorded: the log has let go of the record.
func judgeRetention() {
	GinkgoHelper()
	seen, err := history.Open(p.Run.Path(recordings.Diagnostics, retentionName))
	retained().NoError(err)
	if len(seen.Publishes) != 1 || len(seen.Bounds) == 0 {
		retained().AssertThat(false, "one attempt to publish, and looks at the log", fmt.Sprintf("%d and %d", len(seen.Publishes), len(seen.Bounds)))
	}
	sent, last := seen.Publishes[0], seen.Bounds[len(seen.Bounds)-1]
	retained().AssertThat(sent.Result == history.Accepted, "accepted", fmt.Sprintf("%s %s", sent.Result, sent.Error))
	retained().AssertThat(last.First > sent.Offset, "gone once its retention of a second is over and the broker has looked",
		fmt.Sprintf("the record has offset %d, the log starts at %d", sent.Offset, last.First))
}
