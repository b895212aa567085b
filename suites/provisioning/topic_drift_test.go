package provisioning_test

import (
	"context"
	"fmt"
	"strconv"

	"github.com/IBM/sarama"
	. "github.com/onsi/ginkgo/v2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec/check"
)

// first starts a check before the others: it waits long, and they can run beside.
const first = 100

var _ = Describe("Drift of a topic", func() {
	check.It("TOP-018", SpecPriority(first), Label("waits"), func(ctx SpecContext) {
		// A topic of its own: the checks beside it read those of the platform.
		const declared, drifted = "604800000", "12345678"
		name := "assay-drift-" + unique()
		resource := driftTopic(name, declared)
		DeferCleanup(func(ctx SpecContext) {
			expect.Subject{What: "removal of KafkaTopic " + name, From: kubernetesAPI}.
				Works(p.Cluster.Remove(ctx, resource, timeouts.ObjectDeleted.Duration))
		}, NodeTimeout(timeouts.ObjectDeleted.Duration))
		subject := expect.Subject{What: "KafkaTopic " + name, From: kubernetesAPI, Object: resource}
		subject.Works(p.Cluster.Create(ctx, resource))
		subject.Works(p.Cluster.Await(ctx, resource, timeouts.TopicReady.Duration, func() (bool, error) {
			ready, _ := kube.Ready(resource)
			return ready, nil
		}))
		retention := func() string { return kafka().setting(sarama.TopicResource, name, "retention.ms") }
		expect.Subject{What: "retention.ms of " + name, From: brokerSays}.Is(retention(), declared)

		// Somebody changes it behind the operator's back.
		change := expect.Subject{What: "change of " + name + " in the broker", From: brokerSays}
		change.Works(kafka().admin.IncrementalAlterConfig(sarama.TopicResource, name, map[string]sarama.IncrementalAlterConfigsEntry{
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
		expect.Subject{What: "retention.ms of " + name + ", " + timeouts.TopicReady.String() + " at most after it was set to " + drifted, From: brokerSays}.
			Is(seen, declared)
	}, SpecTimeout(3*timeouts.TopicReady.Duration))
})

// driftTopic declares a topic with one partition.
func driftTopic(name, retentionMs string) *unstructured.Unstructured {
	GinkgoHelper()
	retention, err := strconv.ParseInt(retentionMs, 10, 64)
	expect.Subject{What: "retention", From: "the check"}.Works(err)
	topic := kube.NewKind(kube.KafkaTopicKind, p.Spec.Kafka.Namespace, name)
	topic.SetLabels(map[string]string{strimziCluster: p.Spec.Kafka.Name, kube.ManagedByLabel: kube.ManagedBy})
	topic.Object["spec"] = map[string]any{
		"partitions": int64(1), "replicas": int64(1), "config": map[string]any{"retention.ms": retention},
	}
	return topic
}
