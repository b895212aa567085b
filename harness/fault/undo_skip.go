package fault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/IBM/sarama"
)

// skipping is the step that moves a consumer past the poisoned records that it stands
// before. A sidecar that ends at them ends again after each restart.
func (l *Lab) skipping(app, topic string) Undo {
	u := l.rewinding(app, topic)
	u.Do = skip
	return u
}

// poisonedRun are poisoned records, one behind the other: from is the offset of the
// first one, to the offset behind the last one. It is empty where both are 0.
type poisonedRun struct {
	partition           int32
	committed, from, to int64
}

// add takes the next record of the partition.
func (r *poisonedRun) add(offset int64, marked bool) {
	switch {
	case !marked || r.to != 0 && r.to != offset:
	case r.to == 0:
		r.from, r.to = offset, offset+1
	default:
		r.to = offset + 1
	}
}

// poisonedAhead finds the first poisoned records that a group has not committed, in each
// partition of a topic.
func (l *Lab) poisonedAhead(connection sarama.Client, admin sarama.ClusterAdmin, group, topic string) ([]poisonedRun, error) {
	partitions, committed, err := offsetsOf(connection, admin, group, topic)
	if err != nil {
		return nil, err
	}
	consumer, err := sarama.NewConsumerFromClient(connection)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", topic, err)
	}
	defer func() { _ = consumer.Close() }() // the connection is its caller's
	var found []poisonedRun
	for _, partition := range partitions {
		block := committed.GetBlock(topic, partition)
		if block == nil || block.Offset < 0 {
			continue
		}
		run, err := l.scan(connection, consumer, topic, poisonedRun{partition: partition, committed: block.Offset})
		if err != nil {
			return nil, err
		}
		if run.to > 0 {
			found = append(found, run)
		}
	}
	return found, nil
}

// scan reads a partition from the committed offset to the end of its log.
func (l *Lab) scan(connection sarama.Client, consumer sarama.Consumer, topic string, run poisonedRun) (poisonedRun, error) {
	oldest, err := connection.GetOffset(topic, run.partition, sarama.OffsetOldest)
	if err != nil {
		return run, fmt.Errorf("start of %s/%d: %w", topic, run.partition, err)
	}
	end, err := connection.GetOffset(topic, run.partition, sarama.OffsetNewest)
	if err != nil {
		return run, fmt.Errorf("end of %s/%d: %w", topic, run.partition, err)
	}
	from := max(run.committed, oldest)
	if from >= end {
		return run, nil
	}
	reading, err := consumer.ConsumePartition(topic, run.partition, from)
	if err != nil {
		return run, fmt.Errorf("read %s/%d: %w", topic, run.partition, err)
	}
	defer func() { _ = reading.Close() }() // what it had in hand is not needed
	late := time.NewTimer(l.Spec.Timeouts.APIRequest.Duration)
	defer late.Stop()
	for {
		select {
		case message, open := <-reading.Messages():
			if !open {
				return run, fmt.Errorf("the broker ended reading %s/%d", topic, run.partition)
			}
			run.add(message.Offset, isPoisoned(message))
			if message.Offset >= end-1 {
				return run, nil
			}
		case <-late.C:
			return run, fmt.Errorf("%s/%d was not read from %d to %d within %s", topic, run.partition, from, end, l.Spec.Timeouts.APIRequest)
		}
	}
}

// isPoisoned reports whether a fault wrote a record.
func isPoisoned(message *sarama.ConsumerMessage) bool {
	for _, header := range message.Headers {
		if string(header.Key) == MarkHeader {
			return true
		}
	}
	return false
}

func (l *Lab) unskipped(ctx context.Context, u Undo) ([]string, error) {
	var left []string
	err := l.kafka(ctx, func(connection sarama.Client, admin sarama.ClusterAdmin) error {
		runs, err := l.poisonedAhead(connection, admin, u.Name, u.Value)
		for _, run := range runs {
			left = append(left, fmt.Sprintf("group %s stands at offset %d of %s/%d, before the poisoned records at %d to %d",
				u.Name, run.committed, u.Value, run.partition, run.from, run.to-1))
		}
		return err
	})
	return left, err
}

// skipPoison stops a consumer, since only then the broker takes an offset from another
// hand, moves it past the poisoned records, and starts it again. What is in front of
// them was read: the records of a partition come one after the other.
func (l *Lab) skipPoison(ctx context.Context, u Undo) error {
	return l.kafka(ctx, func(connection sarama.Client, admin sarama.ClusterAdmin) error {
		runs, err := l.poisonedAhead(connection, admin, u.Name, u.Value)
		if err != nil || len(runs) == 0 {
			return err
		}
		return l.whileStopped(ctx, u, func() error {
			if err := l.awaitDeserted(ctx, admin, u.Name); err != nil {
				return err
			}
			runs, err := l.poisonedAhead(connection, admin, u.Name, u.Value)
			if err != nil {
				return err
			}
			return moveTo(connection, admin, u.Name, u.Value, runs)
		})
	})
}

// awaitDeserted waits until a group has had no member for as long as a steady state
// lasts, so that whoever watches it can tell that its offset is moved by another hand.
func (l *Lab) awaitDeserted(ctx context.Context, admin sarama.ClusterAdmin, group string) error {
	if err := l.awaitEmpty(ctx, admin, group); err != nil {
		return err
	}
	reads := int(l.Spec.Timeouts.StableFor.Duration/l.Spec.Timeouts.PollInterval.Duration) + 1
	_, err := l.sees(ctx, reads, func(context.Context) (string, error) {
		described, err := admin.DescribeConsumerGroups([]string{group})
		if err == nil && (len(described) != 1 || len(described[0].Members) > 0) {
			err = fmt.Errorf("group %s has members again", group)
		}
		return "empty", err
	})
	return err
}

// moveTo commits the offsets behind poisoned records for a group without members.
func moveTo(connection sarama.Client, admin sarama.ClusterAdmin, group, topic string, runs []poisonedRun) error {
	manager, err := sarama.NewOffsetManagerFromClient(group, connection)
	if err != nil {
		return fmt.Errorf("move group %s: %w", group, err)
	}
	var problems []error
	for _, run := range runs {
		one, err := manager.ManagePartition(topic, run.partition)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		one.MarkOffset(run.to, "moved past poisoned records by assay")
		manager.Commit()
		problems = append(problems, one.Close())
	}
	if err := errors.Join(append(problems, manager.Close())...); err != nil {
		return fmt.Errorf("move group %s past poisoned records of %s: %w", group, topic, err)
	}
	for _, run := range runs {
		answer, err := admin.ListConsumerGroupOffsets(group, map[string][]int32{topic: {run.partition}})
		if err != nil {
			return fmt.Errorf("offsets of group %s: %w", group, err)
		}
		if block := answer.GetBlock(topic, run.partition); block == nil || block.Offset < run.to {
			return fmt.Errorf("group %s was not moved to offset %d of %s/%d", group, run.to, topic, run.partition)
		}
	}
	return nil
}
