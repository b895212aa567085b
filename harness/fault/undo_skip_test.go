package fault

import (
	"context"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kversion"

	"assay.dev/assay/harness/kube"
)

const (
	skippedTopic = "reminders"
	skippedGroup = "notification-worker"
)

// kafkaWith is a Kafka in this process whose topic has a record for each letter: x is a
// poisoned one.
func kafkaWith(t *testing.T, records string) (sarama.Client, sarama.ClusterAdmin) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.MaxVersions(kversion.V3_6_0()), kfake.SeedTopics(1, skippedTopic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	connection, admin, err := kube.Brokers{Addresses: cluster.ListenAddrs()}.Client()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	producer, err := sarama.NewSyncProducerFromClient(connection)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = producer.Close() }()
	for _, letter := range records {
		message := &sarama.ProducerMessage{Topic: skippedTopic, Value: sarama.StringEncoder(letter)}
		if letter == 'x' {
			message.Value, message.Headers = nil, []sarama.RecordHeader{{Key: []byte(MarkHeader), Value: []byte("1")}}
		}
		if _, _, err := producer.SendMessage(message); err != nil {
			t.Fatal(err)
		}
	}
	return connection, admin
}

// commitAt has a member of the group commit an offset, and leave.
func commitAt(t *testing.T, connection sarama.Client, offset int64) {
	t.Helper()
	group, err := sarama.NewConsumerGroupFromClient(skippedGroup, connection)
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithTimeout(t.Context(), 10*time.Second)
	if err := group.Consume(ctx, []string{skippedTopic}, committing{offset, leave}); err != nil {
		t.Fatal(err)
	}
	if err := group.Close(); err != nil {
		t.Fatal(err)
	}
}

// committing is a member that commits an offset and leaves.
type committing struct {
	offset int64
	leave  context.CancelFunc
}

func (c committing) Setup(session sarama.ConsumerGroupSession) error {
	session.MarkOffset(skippedTopic, 0, c.offset, "")
	session.Commit()
	c.leave()
	return nil
}
func (committing) Cleanup(sarama.ConsumerGroupSession) error { return nil }
func (committing) ConsumeClaim(session sarama.ConsumerGroupSession, _ sarama.ConsumerGroupClaim) error {
	<-session.Context().Done()
	return nil
}

func TestAGroupIsMovedPastPoisonedRecordsAndNoFurther(t *testing.T) {
	for _, c := range []struct {
		name, records string
		committed     int64
		left          int64 // the group's offset afterwards
	}{
		{"it stands before them", "a.xxx.b", 2, 5},
		{"it had not committed what is in front of them", "a.xxx.b", 1, 5},
		{"it is behind them", "a.xxx.b", 6, 6},
		{"it is at the end of the log", "a.xxx", 5, 5},
		{"there are none", "a..", 0, 0},
		{"others lie between them", "xx.x", 0, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			lab := newLab(t)
			connection, admin := kafkaWith(t, c.records)
			commitAt(t, connection, c.committed)
			runs, err := lab.poisonedAhead(connection, admin, skippedGroup, skippedTopic)
			if err != nil {
				t.Fatal(err)
			}
			if moved := c.left != c.committed; len(runs) > 0 != moved {
				t.Fatalf("found %+v", runs)
			}
			if err := moveTo(connection, admin, skippedGroup, skippedTopic, runs); err != nil {
				t.Fatal(err)
			}
			answer, err := admin.ListConsumerGroupOffsets(skippedGroup, map[string][]int32{skippedTopic: {0}})
			if err != nil {
				t.Fatal(err)
			}
			if got := answer.GetBlock(skippedTopic, 0).Offset; c.committed > 0 && got != c.left || c.left > 0 && got != c.left {
				t.Errorf("the group is at %d, want %d", got, c.left)
			}
		})
	}
}
