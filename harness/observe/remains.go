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
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// Remains are the bounds of a deleted topic's partition: its first offset and the
// one that would have been next.
type Remains struct{ First, Next int64 }

// kafkaContainer is the broker's container in a pod that Strimzi makes.
const kafkaContainer = "kafka"

// showRemains prints the names of the first and the last file of the log of
// partition $1 of the topic with the id $2, and the last one's bytes. A broker
// renames the directory of what is deleted, and removes it a minute later. A file
// that is too large to be carried is left alone.
const showRemains = `for directory in /var/lib/kafka/data*/kafka-log*/"$1".*-delete; do
  grep -qsF "topic_id: $2" "$directory/partition.metadata" || continue
  first=$(ls "$directory" | grep '\.log' | sort | head -n 1); last=$(ls "$directory" | grep '\.log' | sort | tail -n 1)
  [ "$(stat -c %s "$directory/$last")" -le 16777216 ] || continue
  echo "$first"; echo "$last"; base64 "$directory/$last"; exit 0
done
echo "no disk has it" >&2; exit 1`

// remainsOf looks on the brokers' disks for what is left of a deleted topic.
func remainsOf(ctx context.Context, cluster *kube.Cluster, p *spec.Platform, topic string, number int32, id sarama.Uuid) (Remains, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Timeouts.APIRequest.Duration)
	defer cancel()
	var brokers corev1.PodList
	if err := cluster.List(ctx, &brokers, client.InNamespace(p.Kafka.Namespace), client.MatchingLabels{"strimzi.io/name": p.Kafka.Name + "-kafka"}); err != nil {
		return Remains{}, fmt.Errorf("look for the brokers: %w", err)
	}
	problems := []error{fmt.Errorf("what is left of %s/%d is not known", topic, number)}
	for _, broker := range brokers.Items {
		out, err := cluster.Exec(ctx, broker.Namespace, broker.Name, kafkaContainer,
			"bash", "-c", showRemains, "remains", fmt.Sprintf("%s-%d", topic, number), id.String())
		if err != nil {
			problems = append(problems, err)
			continue
		}
		return readRemains(out)
	}
	return Remains{}, errors.Join(problems...)
}

// readRemains reads what showRemains prints.
func readRemains(out string) (Remains, error) {
	const parts = 3
	lines := strings.SplitN(out, "\n", parts)
	if len(lines) != parts {
		return Remains{}, fmt.Errorf("the remains of a log are %d lines", len(lines))
	}
	first, err := baseOf(lines[0])
	if err != nil {
		return Remains{}, err
	}
	base, err := baseOf(lines[1])
	if err != nil {
		return Remains{}, err
	}
	segment, err := base64.StdEncoding.DecodeString(lines[2]) // which skips line ends
	if err != nil {
		return Remains{}, fmt.Errorf("the remains of a log: %w", err)
	}
	return Remains{First: first, Next: nextOf(segment, base)}, nil
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

// nextOf walks through the batches of a segment that begins at base, and returns the
// offset after the last whole one.
func nextOf(segment []byte, base int64) int64 {
	next := base
	for len(segment) >= batchHead {
		size := batchBody + int64(binary.BigEndian.Uint32(segment[batchLength:]))
		if size < batchHead || size > int64(len(segment)) {
			break
		}
		next = int64(binary.BigEndian.Uint64(segment)) + int64(binary.BigEndian.Uint32(segment[batchLastOffset:])) + 1
		segment = segment[size:]
	}
	return next
}
