package provisioning

import (
	"context"
	"errors"
	"fmt"

	"github.com/IBM/sarama"
	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("A restart of the broker", expect.At(spec.Disruptive), expect.Requires(spec.KafkaAccess), func() {
		p.It("kafka.restart", Serial, Label("disruptive"), func(ctx SpecContext) {
			name := "assay-restart-" + p.Unique()
			DeferCleanup(func(ctx SpecContext) {
				expect.Subject{What: "removal of topic " + name, From: kafkaBroker}.NoError(eventually(ctx, func(context.Context) error {
					return withoutAbsence(kafka().admin.DeleteTopic(name))
				}))
			}, NodeTimeout(timeouts.KafkaReady.Duration))
			topic := expect.Subject{What: "creation of topic " + name, From: kafkaBroker}
			topic.NoError(kafka().admin.CreateTopic(name, &sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: int16(p.Spec.Kafka.Copies())}, false))
			const survives = "still there after a restart"
			offset := produce(name, survives)

			broker := kafkaPods(ctx, "kafka")[0]
			restart(ctx, &broker)

			var seen string
			read := func(context.Context) (err error) {
				seen, err = consume(name, offset)
				if errors.Is(err, sarama.ErrOffsetOutOfRange) { // the broker is back and sure of it
					seen, err = "no record: "+err.Error(), nil
				}
				return err
			}
			subject := expect.Subject{What: fmt.Sprintf("record at offset %d of %s after the restart", offset, name), From: kafkaBroker}
			subject.NoError(eventually(ctx, read))
			subject.Is(seen, survives)
			// Whoever comes next finds a cluster that is Ready.
			resource := kube.NewKind(kube.KafkaKind, p.Spec.Kafka.Namespace, p.Spec.Kafka.Name)
			expect.Subject{What: "Kafka " + p.Spec.Kafka.Name, From: kubernetesAPI, Object: resource}.
				NoError(p.Cluster.Await(ctx, resource, timeouts.KafkaReady.Duration, func() (bool, error) {
					ready, _ := kube.Ready(resource)
					return ready, nil
				}))
		}, SpecTimeout(2*timeouts.KafkaReady.Duration))
	})
})

// restart deletes a broker's pod and waits until another one of its name is ready.
func restart(ctx SpecContext, broker *corev1.Pod) {
	GinkgoHelper()
	before := broker.UID
	expect.Subject{What: "deletion of " + broker.Name, From: kubernetesAPI}.NoError(p.Cluster.Delete(ctx, broker))
	again := named[corev1.Pod](broker.Namespace, broker.Name)
	expect.Subject{What: "the pod that follows " + broker.Name, From: kubernetesAPI, Object: again}.
		NoError(p.Cluster.Await(ctx, again, timeouts.KafkaReady.Duration, func() (bool, error) {
			return again.UID != before && kube.PodReady(again), nil
		}))
	expect.Subject{What: "UID of " + broker.Name + " after the restart", From: kubernetesAPI}.
		AssertThat(again.UID != before, "another than "+string(before), string(again.UID))
}

// eventually repeats what may meet a broker that has only just come back.
func eventually(ctx context.Context, do func(context.Context) error) error {
	return kube.Poll{Every: timeouts.PollInterval.Duration, Within: timeouts.KafkaReady.Duration}.Until(ctx, do)
}

// produce writes one record and returns the offset that the broker gave it.
func produce(topic, value string) int64 {
	GinkgoHelper()
	subject := expect.Subject{What: "a record written to " + topic, From: kafkaBroker}
	producer, err := sarama.NewSyncProducerFromClient(kafka())
	subject.NoError(err)
	defer func() { _ = producer.Close() }()
	_, offset, err := producer.SendMessage(&sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder(value)})
	subject.NoError(err)
	return offset
}

// consume reads the record at an offset of a topic's first partition.
func consume(topic string, offset int64) (string, error) {
	consumer, err := sarama.NewConsumerFromClient(kafka())
	if err != nil {
		return "", err
	}
	defer func() { _ = consumer.Close() }()
	partition, err := consumer.ConsumePartition(topic, 0, offset)
	if err != nil {
		return "", fmt.Errorf("read from offset %d: %w", offset, err)
	}
	defer func() { _ = partition.Close() }()
	wait, cancel := context.WithTimeout(context.Background(), timeouts.HTTPRequest.Duration)
	defer cancel()
	select {
	case record := <-partition.Messages():
		if record == nil || record.Offset != offset {
			return "", fmt.Errorf("no record at offset %d", offset)
		}
		return string(record.Value), nil
	case <-wait.Done():
		return "", fmt.Errorf("no record at offset %d within %s", offset, timeouts.HTTPRequest)
	}
}

// withoutAbsence takes an absent topic for one that is removed.
func withoutAbsence(err error) error {
	if errors.Is(err, sarama.ErrUnknownTopicOrPartition) {
		return nil
	}
	return err
}
