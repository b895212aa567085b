package expect

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/IBM/sarama"
)

// kafka keeps what the broker says of its topics and of the groups that consume
// them.
func (b *bundle) kafka(ctx context.Context) {
	p := b.platform
	brokers, err := p.Cluster.Brokers(ctx, p.Spec.Kafka, p.Spec.Timeouts.HTTPRequest.Duration)
	if err != nil {
		b.note(err)
		return
	}
	config := brokers.Config()
	config.Metadata.Retry.Max = 1
	connection, admin, err := brokers.ClientWith(config)
	if err != nil {
		b.save("no broker answers: "+err.Error()+"\n", "kafka.txt")
		return
	}
	defer func() { _ = admin.Close() }() // and with it the connection
	var text strings.Builder
	b.note(topicState(&text, connection, admin))
	b.note(groupState(&text, admin))
	b.save(text.String(), "kafka.txt")
}

func topicState(text *strings.Builder, connection sarama.Client, admin sarama.ClusterAdmin) error {
	topics, err := admin.ListTopics()
	if err != nil {
		return fmt.Errorf("list topics: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(topics)) {
		detail := topics[name]
		fmt.Fprintf(text, "topic %s, %d partitions, %d replicas\n", name, detail.NumPartitions, detail.ReplicationFactor)
		for _, key := range slices.Sorted(maps.Keys(detail.ConfigEntries)) {
			if value := detail.ConfigEntries[key]; value != nil {
				fmt.Fprintf(text, "  %s=%s\n", key, *value)
			}
		}
		if strings.HasPrefix(name, "__") {
			continue // fifty partitions of Kafka's own
		}
		for partition := range detail.NumPartitions {
			first, err := connection.GetOffset(name, partition, sarama.OffsetOldest)
			if err != nil {
				return fmt.Errorf("offsets of %s: %w", name, err)
			}
			next, err := connection.GetOffset(name, partition, sarama.OffsetNewest)
			if err != nil {
				return fmt.Errorf("offsets of %s: %w", name, err)
			}
			fmt.Fprintf(text, "  partition %d: offsets %d to %d\n", partition, first, next)
		}
	}
	return nil
}

func groupState(text *strings.Builder, admin sarama.ClusterAdmin) error {
	groups, err := admin.ListConsumerGroups()
	if err != nil {
		return fmt.Errorf("list consumer groups: %w", err)
	}
	names := slices.Sorted(maps.Keys(groups))
	described, err := admin.DescribeConsumerGroups(names)
	if err != nil {
		return fmt.Errorf("describe consumer groups: %w", err)
	}
	for _, group := range described {
		fmt.Fprintf(text, "group %s: %s, %d members\n", group.GroupId, group.State, len(group.Members))
		offsets, err := admin.ListConsumerGroupOffsets(group.GroupId, nil)
		if err != nil {
			return fmt.Errorf("offsets of group %s: %w", group.GroupId, err)
		}
		for _, topic := range slices.Sorted(maps.Keys(offsets.Blocks)) {
			for _, partition := range slices.Sorted(maps.Keys(offsets.Blocks[topic])) {
				fmt.Fprintf(text, "  %s/%d committed %d\n", topic, partition, offsets.Blocks[topic][partition].Offset)
			}
		}
	}
	return nil
}
