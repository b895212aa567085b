package fault

import (
	"context"
	"fmt"
	"slices"

	"github.com/IBM/sarama"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// deletedTopic deletes a KafkaTopic, and with it the topic and what is in it.
type deletedTopic struct {
	base
	topic string
}

func topicDeletion(lab *Lab, name, topic string) Fault {
	return &deletedTopic{base: base{lab: lab, name: name}, topic: topic}
}

func (d *deletedTopic) resource() Undo {
	return Undo{
		Group: "kafka.strimzi.io", Version: "v1beta2", Kind: "KafkaTopic",
		Namespace: d.lab.Spec.Kafka.Namespace, Name: d.topic,
	}
}

// Prepare implements Fault.
func (d *deletedTopic) Prepare(ctx context.Context) error {
	topics, err := d.lab.topics(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(topics, d.topic) {
		return fmt.Errorf("the broker has no topic %s before the fault", d.topic)
	}
	object, err := d.lab.save(ctx, d.name, d.resource())
	if err != nil {
		return err
	}
	var before, after []Undo // of the topic being there again
	var consumers []target
	for _, subscription := range d.lab.Spec.Dapr.Subscriptions {
		if subscription.Topic != d.topic {
			continue
		}
		for _, app := range d.lab.app(subscription.App) {
			consumers = append(consumers, app)
			before = append(before, d.lab.vacating(subscription.App, d.topic))
			after = append(after, d.lab.rewinding(subscription.App, d.topic),
				scaling(app, app.name, int32(d.lab.Spec.Deployment(app.name).Replicas)))
		}
	}
	pods, err := d.lab.pods(ctx, consumers...)
	if err != nil {
		return err
	}
	return d.plan(ctx, names(pods), slices.Concat(before, object, after)...)
}

// Inject implements Fault.
func (d *deletedTopic) Inject(ctx context.Context) error {
	if err := d.lab.Cluster.Delete(ctx, d.resource().object()); err != nil {
		return fmt.Errorf("delete the topic %s: %w", d.topic, err)
	}
	return nil
}

// Proof implements Fault: the broker no longer lists the topic.
func (d *deletedTopic) Proof(ctx context.Context) (Proof, error) {
	return d.lab.sees(ctx, inARow, func(context.Context) (string, error) {
		topics, err := d.lab.topics(ctx)
		if err != nil {
			return "", err
		}
		if slices.Contains(topics, d.topic) {
			return "", fmt.Errorf("the broker still has the topic %s", d.topic)
		}
		return fmt.Sprintf("the broker has %d topics, %s is not among them", len(topics), d.topic), nil
	})
}

// Residue implements Fault: beside the resource, the broker has the topic again.
func (d *deletedTopic) Residue(ctx context.Context) ([]string, error) {
	left, err := d.base.Residue(ctx)
	if err != nil || len(left) > 0 {
		return left, err
	}
	topics, err := d.lab.topics(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(topics, d.topic) {
		return []string{"the broker has no topic " + d.topic}, nil
	}
	return nil, nil
}

// topics are the topics that the broker lists.
func (l *Lab) topics(ctx context.Context) (names []string, err error) {
	err = l.kafka(ctx, func(connection sarama.Client, _ sarama.ClusterAdmin) error {
		names, err = connection.Topics()
		return err
	})
	return names, err
}

func inNamespace(namespace string) client.ListOption { return client.InNamespace(namespace) }
