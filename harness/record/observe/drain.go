package observe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/IBM/sarama"
	"k8s.io/apimachinery/pkg/util/wait"
)

// Drain waits until every group has committed everything that is in its topics,
// and nothing has come after it for the time Steady. The error says what is left.
func (g *Groups) Drain(ctx context.Context) error {
	var since time.Time
	var before map[groupPartition]int64
	var left []string
	var last error
	err := wait.PollUntilContextCancel(ctx, g.options.Every, true, func(context.Context) (bool, error) {
		left, last = g.left()
		switch {
		case last != nil || len(left) > 0 || !g.same(&before):
			since = time.Time{}
		case since.IsZero():
			since = time.Now()
		}
		return !since.IsZero() && time.Since(since) >= g.options.Steady, nil
	})
	if err != nil {
		return fmt.Errorf("consumer groups are not drained: %v: %w", left, errors.Join(last, err))
	}
	return nil
}

// readable counts the records that a group can still read between two offsets: the
// offsets that have no record, such as the marker of a transaction at the end, are not
// waited for. Offsets of which the broker says nothing count as records.
func (g *Groups) readable(p partition, from, to int64) int64 {
	if from >= to {
		return 0
	}
	found, err := examine(g.client, p, from, to)
	if err != nil {
		return to - from
	}
	n, next := int64(0), from
	for _, e := range found {
		if e.why == "" {
			n += e.to - e.from
		}
		next = e.to
	}
	return n + to - next
}

// left lists the records that are left, by group and partition.
func (g *Groups) left() ([]string, error) {
	if err := g.poll(); err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var left []string
	for c, start := range g.commits {
		if start < 0 { // nothing is committed: everything is left
			first, err := g.client.GetOffset(c.topic, c.number, sarama.OffsetOldest)
			if err != nil {
				return nil, fmt.Errorf("start of %s/%d: %w", c.topic, c.number, err)
			}
			start = first
		}
		next, err := g.client.GetOffset(c.topic, c.number, sarama.OffsetNewest)
		if err != nil {
			return nil, fmt.Errorf("end of %s/%d: %w", c.topic, c.number, err)
		}
		if n := g.readable(c.partition, start, next); n > 0 {
			left = append(left, fmt.Sprintf("%s has %d records of %s/%d left", c.group, n, c.topic, c.number))
		}
	}
	slices.Sort(left)
	return left, nil
}

// same reports whether the offsets are what they were at the last call.
func (g *Groups) same(before *map[groupPartition]int64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	same := len(*before) == len(g.commits)
	now := map[groupPartition]int64{}
	for c, offset := range g.commits {
		now[c] = offset
		same = same && (*before)[c] == offset
	}
	*before = now
	return same
}
