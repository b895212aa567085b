package observe

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// LeftoverSegments are what is left of a deleted topic's partition: its first offset, the one
// that would have been next, and the batches of its last segment.
type LeftoverSegments struct {
	First, Next int64
	// base is the first offset of the segment.
	base    int64
	segment []byte
}

// kafkaContainer is the broker's container in a pod that Strimzi makes.
const kafkaContainer = "kafka"

// showLeftover prints the names of the first and the last file of the log of
// partition $1 of the topic with the id $2, and the last one's bytes. A broker
// renames the directory of what is deleted, and removes it a minute later. A file
// that is too large to be carried is left alone.
const showLeftover = `for directory in /var/lib/kafka/data*/kafka-log*/"$1".*-delete; do
  grep -qsF "topic_id: $2" "$directory/partition.metadata" || continue
  first=$(ls "$directory" | grep '\.log' | sort | head -n 1); last=$(ls "$directory" | grep '\.log' | sort | tail -n 1)
  [ "$(stat -c %s "$directory/$last")" -le 16777216 ] || continue
  echo "$first"; echo "$last"; base64 "$directory/$last"; exit 0
done
echo "no disk has it" >&2; exit 1`

// leftoverOf looks on the brokers' disks for what is left of a deleted topic.
func leftoverOf(ctx context.Context, cluster *kube.Cluster, p *spec.Spec, topic string, number int32, id sarama.Uuid) (LeftoverSegments, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Timeouts.APIRequest.Duration)
	defer cancel()
	var brokers corev1.PodList
	if err := cluster.List(ctx, &brokers, client.InNamespace(p.Kafka.Namespace), client.MatchingLabels{"strimzi.io/name": p.Kafka.Name + "-kafka"}); err != nil {
		return LeftoverSegments{}, fmt.Errorf("look for the brokers: %w", err)
	}
	problems := []error{fmt.Errorf("what is left of %s/%d is not known", topic, number)}
	for _, broker := range brokers.Items {
		out, err := cluster.Exec(ctx, broker.Namespace, broker.Name, kafkaContainer,
			"bash", "-c", showLeftover, "remains", fmt.Sprintf("%s-%d", topic, number), id.String())
		if err != nil {
			problems = append(problems, err)
			continue
		}
		return readLeftover(out)
	}
	return LeftoverSegments{}, errors.Join(problems...)
}

// readLeftover reads what showLeftover prints.
func readLeftover(out string) (LeftoverSegments, error) {
	const parts = 3
	lines := strings.SplitN(out, "\n", parts)
	if len(lines) != parts {
		return LeftoverSegments{}, fmt.Errorf("the remains of a log are %d lines", len(lines))
	}
	first, err := baseOf(lines[0])
	if err != nil {
		return LeftoverSegments{}, err
	}
	base, err := baseOf(lines[1])
	if err != nil {
		return LeftoverSegments{}, err
	}
	segment, err := base64.StdEncoding.DecodeString(lines[2]) // which skips line ends
	if err != nil {
		return LeftoverSegments{}, fmt.Errorf("the remains of a log: %w", err)
	}
	next, total := nextOf(segment, base)
	return LeftoverSegments{First: first, Next: next, base: base, segment: segment[:total]}, nil
}

// baseOf is the first offset of a segment, by which its file is called.
func baseOf(file string) (int64, error) {
	name, _, _ := strings.Cut(strings.TrimSpace(file), ".")
	base, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no segment of a log: %w", file, err)
	}
	return base, nil
}

// Where a batch of records has what, in bytes, since the second version of Kafka's
// format.
const (
	batchLength     = 8
	batchBody       = 12
	batchLastOffset = 23
	batchHead       = 61
)

// nextOf walks through the batches of a segment that starts at base, and returns the
// offset after the last whole one, and how many bytes the whole ones are.
func nextOf(segment []byte, base int64) (next, total int64) {
	next = base
	for int64(len(segment))-total >= batchHead {
		batch := segment[total:]
		size := batchBody + int64(binary.BigEndian.Uint32(batch[batchLength:]))
		if size < batchHead || size > int64(len(batch)) {
			break
		}
		next = int64(binary.BigEndian.Uint64(batch)) + int64(binary.BigEndian.Uint32(batch[batchLastOffset:])) + 1
		total += size
	}
	return next, total
}

// unread are the records from an offset on, as a consumer would have received them.
func (r LeftoverSegments) unread(topic string, number int32, from int64) ([]*sarama.ConsumerMessage, error) {
	if from >= r.Next {
		return nil, nil
	}
	if from < r.base {
		return nil, fmt.Errorf("what is left of %s/%d starts at offset %d, and %d was to be next", topic, number, r.base, from)
	}
	read, _ := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{Offset: from, Topic: topic, Partition: number},
		&kmsg.FetchResponseTopicPartition{Partition: number, RecordBatches: r.segment}, kgo.DefaultDecompressor(), nil)
	if read.Err != nil {
		return nil, fmt.Errorf("read what is left of %s/%d: %w", topic, number, read.Err)
	}
	messages := make([]*sarama.ConsumerMessage, len(read.Records))
	for i, record := range read.Records {
		m := &sarama.ConsumerMessage{
			Topic: topic, Partition: number, Offset: record.Offset, Timestamp: record.Timestamp, Key: record.Key, Value: record.Value,
		}
		for _, header := range record.Headers {
			m.Headers = append(m.Headers, &sarama.RecordHeader{Key: []byte(header.Key), Value: header.Value})
		}
		messages[i] = m
	}
	return messages, nil
}
