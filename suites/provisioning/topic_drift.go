package provisioning

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/IBM/sarama"
	. "github.com/onsi/ginkgo/v2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// first starts a check before the others: it waits long, and they can run beside.
const first = 100

var _ = p.Checks(func() {
	Describe("Drift of a topic", expect.At(spec.Standard), expect.Requires(spec.KafkaAccess), func() {
		p.It("topic.drift", SpecPriority(first), Label("waits"), func(ctx SpecContext) {
			// A topic of its own: the checks beside it read those of the platform.
			const declared, drifted = "604800000", "12345678"
			name := "assay-drift-" + p.Unique()
			resource := driftTopic(name, declared)
			DeferCleanup(func(ctx SpecContext) {
				expect.Subject{What: "removal of KafkaTopic " + name, From: kubernetesAPI}.
					NoError(p.Cluster.Remove(ctx, resource, timeouts.ObjectDeleted.Duration))
			}, NodeTimeout(timeouts.ObjectDeleted.Duration))
			subject := expect.Subject{What: "KafkaTopic " + name, From: kubernetesAPI, Object: resource}
			subject.NoError(p.Cluster.Create(ctx, resource))
			subject.NoError(p.Cluster.Await(ctx, resource, timeouts.TopicReady.Duration, func() (bool, error) {
				ready, _ := kube.Ready(resource)
				return ready, nil
			}))
			retention := func() string { return kafka().setting(sarama.TopicResource, name, "retention.ms") }
			expect.Subject{What: "retention.ms of " + name, From: kafkaBroker}.Is(retention(), declared)

			// The operator reconciles once more after it has written its own status: a
			// change before that is undone by this reconciliation, however seldom the
			// operator looks otherwise.
			expect.Subject{What: "quiet of " + name, From: kubernetesAPI + " and " + kafkaBroker}.
				NoError(quiet(ctx, timeouts.PollInterval.Duration, timeouts.StableFor.Duration, timeouts.TopicReady.Duration,
					func(ctx context.Context) (string, error) { return topicState(ctx, name) }))

			// Somebody changes it behind the operator's back.
			change := expect.Subject{What: "change of " + name + " in the broker", From: kafkaBroker}
			change.NoError(kafka().admin.IncrementalAlterConfig(sarama.TopicResource, name, map[string]sarama.IncrementalAlterConfigsEntry{
				"retention.ms": {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: ptr.To(drifted)},
			}, false))
			var seen string
			wait := kube.Poll{Every: timeouts.PollInterval.Duration, Within: timeouts.TopicReady.Duration}
			_ = wait.Until(ctx, func(context.Context) error { // what was seen last is judged below
				if seen = retention(); seen != declared {
					return fmt.Errorf("retention.ms is %s", seen)
				}
				return nil
			})
			expect.Subject{What: "retention.ms of " + name + ", " + timeouts.TopicReady.String() + " at most after it was set to " + drifted, From: kafkaBroker}.
				Is(seen, declared)
		}, SpecTimeout(4*timeouts.TopicReady.Duration))
	})
})

// topicState is the version of a KafkaTopic and the settings of its topic, as text.
func topicState(ctx context.Context, name string) (string, error) {
	resource, err := p.Cluster.GetKind(ctx, kube.KafkaTopicKind, p.Spec.Kafka.Namespace, name)
	if err != nil {
		return "", err
	}
	settings, err := kafka().settings(sarama.TopicResource, name)
	if err != nil {
		return "", fmt.Errorf("read the settings of %s: %w", name, err)
	}
	var state []string
	for _, setting := range settings {
		state = append(state, setting.Name+"="+setting.Value)
	}
	slices.Sort(state)
	return resource.GetResourceVersion() + " " + strings.Join(state, " "), nil
}

// driftTopic declares a topic with one partition.
func driftTopic(name, retentionMs string) *unstructured.Unstructured {
	GinkgoHelper()
	retention, err := strconv.ParseInt(retentionMs, 10, 64)
	expect.Subject{What: "retention", From: "the check"}.NoError(err)
	return kube.NewTopic(p.Spec.Kafka, name, 1, map[string]any{"retention.ms": retention})
}
