package observe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/IBM/sarama"
	"k8s.io/apimachinery/pkg/util/wait"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
)

// bounds records the bounds of every partition, and returns the next offsets.
func (r *Records) bounds() (map[partition]int64, error) {
	ends := map[partition]int64{}
	for _, topic := range r.options.Topics {
		bounds, err := boundsOf(r.log, r.asking, topic, r.generation)
		if err != nil {
			return nil, err
		}
		for _, b := range bounds {
			ends[partition{topic, b.Partition}] = b.Next
		}
	}
	return ends, nil
}

// BoundsOf asks brokers for the bounds of a topic's partitions, in their order,
// and records them.
func BoundsOf(log Log, brokers kube.Brokers, topic string) (_ []history.Bounds, err error) {
	client, err := sarama.NewClient(brokers.Addresses, brokers.Config())
	if err != nil {
		return nil, fmt.Errorf("bounds of %s: %w", topic, err)
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	return boundsOf(log, client, topic, func(partition) int32 { return 0 })
}

func boundsOf(log Log, client sarama.Client, topic string, life func(partition) int32) ([]history.Bounds, error) {
	numbers, err := client.Partitions(topic)
	if err != nil {
		return nil, fmt.Errorf("partitions of %s: %w", topic, err)
	}
	var all []history.Bounds
	for _, number := range numbers {
		first, err := client.GetOffset(topic, number, sarama.OffsetOldest)
		if err != nil {
			return nil, fmt.Errorf("first offset of %s/%d: %w", topic, number, err)
		}
		next, err := client.GetOffset(topic, number, sarama.OffsetNewest)
		if err != nil {
			return nil, fmt.Errorf("next offset of %s/%d: %w", topic, number, err)
		}
		b := history.Bounds{
			Seen: log.Now(), Topic: topic, Partition: number, First: first, Next: next, Life: life(partition{topic, number}),
		}
		if err := log.Write(b); err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// Stop reads up to the present ends, as far as ctx allows, and says how well the
// observer held out. The error is of the history.
func (r *Records) Stop(ctx context.Context) error {
	ends, lost := r.ends(ctx)
	if lost == nil {
		lost = r.caughtUp(ctx, ends)
	}
	r.stop()
	r.running.Wait()
	_ = r.hangUp() // nothing is written through them
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := history.Observer{Name: "kafka records", Kinds: []history.Kind{history.Records, history.Boundaries}, Start: r.start, End: r.log.Now(), Gaps: r.gaps}
	if lost != nil {
		seen.Lost = lost.Error()
	}
	return errors.Join(r.failed, r.log.Write(seen))
}

// ends asks for the bounds until a broker answers or ctx ends.
func (r *Records) ends(ctx context.Context) (map[partition]int64, error) {
	var ends map[partition]int64
	var last error
	if wait.PollUntilContextCancel(ctx, kube.BrokerRetry, true, func(context.Context) (bool, error) {
		if ends, last = r.bounds(); last != nil {
			_ = r.asking.RefreshMetadata(r.options.Topics...) // the next look tells
		}
		return last == nil, nil
	}) != nil {
		return nil, fmt.Errorf("the ends of the topics are not known: %w", last)
	}
	return ends, nil
}

// caughtUp waits until everything before ends was seen. At the end of a log may be
// offsets that no reader is told of.
func (r *Records) caughtUp(ctx context.Context, ends map[partition]int64) error {
	again := time.NewTicker(kube.BrokerRetry)
	defer again.Stop()
	for {
		r.mu.Lock()
		changed := r.changed
		var behind []string
		var left []partition
		for p, end := range ends {
			if missing := end - r.next[p]; missing > 0 {
				behind = append(behind, fmt.Sprintf("%s/%d by %d offsets %s", p.topic, p.number, missing, r.trouble[p]))
				left = append(left, p)
			}
		}
		r.mu.Unlock()
		if len(behind) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			slices.Sort(behind)
			return fmt.Errorf("behind: %v", behind)
		case <-changed:
		case <-again.C:
			for _, p := range left {
				if err := r.pass(p, ends[p]); err != nil {
					r.fail(err)
				}
			}
		}
	}
}
