package fault

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/IBM/sarama"

	"assay.dev/assay/harness/kube"
)

// rewinding is the step that lets a consumer forget offsets of a topic that was
// deleted and recreated. Its sidecar commits the old topic's offset once more, and
// from then on none that is lower: until the new log has grown past it, every
// restart would process everything again.
func (l *Lab) rewinding(app, topic string) Undo {
	t := l.consumer(app)
	return Undo{Do: rewind, Group: "apps", Version: "v1", Kind: t.kind, Namespace: t.namespace, Name: t.name, Value: topic}
}

// kafka calls do with a connection to the broker.
func (l *Lab) kafka(ctx context.Context, do func(sarama.Client, sarama.ClusterAdmin) error) (err error) {
	brokers, err := l.Cluster.Brokers(ctx, l.Spec.Kafka, l.Spec.Timeouts.APIRequest.Duration)
	if err != nil {
		return err
	}
	connection, admin, err := brokers.Client()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, admin.Close()) }() // and the connection with it
	return do(connection, admin)
}

// offsetsOf returns the partitions of a topic and what a group has committed of them.
func offsetsOf(connection sarama.Client, admin sarama.ClusterAdmin, group, topic string) ([]int32, *sarama.OffsetFetchResponse, error) {
	partitions, err := connection.Partitions(topic)
	if err != nil {
		return nil, nil, fmt.Errorf("partitions of %s: %w", topic, err)
	}
	committed, err := admin.ListConsumerGroupOffsets(group, map[string][]int32{topic: partitions})
	if err != nil {
		return nil, nil, fmt.Errorf("offsets of group %s: %w", group, err)
	}
	return partitions, committed, nil
}

// stale are the partitions of which a group has committed an offset that the log
// has not come to.
func stale(connection sarama.Client, admin sarama.ClusterAdmin, group, topic string) (map[int32]string, error) {
	partitions, committed, err := offsetsOf(connection, admin, group, topic)
	if err != nil {
		return nil, err
	}
	found := map[int32]string{}
	for _, partition := range partitions {
		next, err := connection.GetOffset(topic, partition, sarama.OffsetNewest)
		if err != nil {
			return nil, fmt.Errorf("end of %s/%d: %w", topic, partition, err)
		}
		if block := committed.GetBlock(topic, partition); block != nil && block.Offset > next {
			found[partition] = fmt.Sprintf("group %s has committed offset %d of %s/%d, whose log ends at %d", group, block.Offset, topic, partition, next)
		}
	}
	return found, nil
}

func (l *Lab) unrewound(ctx context.Context, u Undo) ([]string, error) {
	var left []string
	err := l.kafka(ctx, func(connection sarama.Client, admin sarama.ClusterAdmin) error {
		found, err := stale(connection, admin, u.Name, u.Value)
		for _, text := range found {
			left = append(left, text)
		}
		return err
	})
	return left, err
}

// rewind stops a consumer, since only then the broker lets go of its offsets,
// removes those that are stale, and starts it again.
func (l *Lab) rewind(ctx context.Context, u Undo) error {
	return l.kafka(ctx, func(connection sarama.Client, admin sarama.ClusterAdmin) error {
		found, err := l.awaitStale(ctx, connection, admin, u)
		if err != nil || len(found) == 0 {
			return err
		}
		return l.whileStopped(ctx, u, func() error {
			if err := l.awaitEmpty(ctx, admin, u.Name); err != nil {
				return err
			}
			for partition := range found {
				if err := admin.DeleteConsumerGroupOffset(u.Name, u.Value, partition); err != nil {
					return fmt.Errorf("remove the offset of group %s at %s/%d: %w", u.Name, u.Value, partition, err)
				}
			}
			return nil
		})
	})
}

// whileStopped scales a consumer to nothing, calls do, and scales it back whatever
// became of that.
func (l *Lab) whileStopped(ctx context.Context, u Undo, do func() error) (err error) {
	defer func() {
		replicas := strconv.Itoa(l.Spec.Deployment(u.Name).Replicas)
		err = errors.Join(err, l.scaleTo(context.WithoutCancel(ctx), u, replicas))
	}()
	if err := l.scaleTo(ctx, u, "0"); err != nil {
		return err
	}
	return do()
}

// awaitStale is stale, once the topic is there.
func (l *Lab) awaitStale(ctx context.Context, connection sarama.Client, admin sarama.ClusterAdmin, u Undo) (map[int32]string, error) {
	wait := kube.Poll{Every: l.Spec.Timeouts.PollInterval.Duration, Within: l.Spec.Timeouts.TopicReady.Duration}
	err := wait.Until(ctx, func(context.Context) error { return connection.RefreshMetadata(u.Value) })
	if err != nil {
		return nil, fmt.Errorf("the topic %s is not there: %w", u.Value, err)
	}
	return stale(connection, admin, u.Name, u.Value)
}

// awaitEmpty polls until a group has no members.
func (l *Lab) awaitEmpty(ctx context.Context, admin sarama.ClusterAdmin, group string) error {
	wait := kube.Poll{Every: l.Spec.Timeouts.PollInterval.Duration, Within: l.Spec.Timeouts.ObjectDeleted.Duration}
	err := wait.Until(ctx, func(context.Context) error {
		described, err := admin.DescribeConsumerGroups([]string{group})
		if err != nil {
			return err
		}
		if len(described) != 1 || len(described[0].Members) > 0 {
			return errors.New("it is not described as empty")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("group %s still has members: %w", group, err)
	}
	return nil
}
