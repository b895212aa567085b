package observe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/IBM/sarama"
)

// Drain waits until every group has committed everything that is in its topics,
// and nothing has come after it for the time Steady. The error says what is left.
func (g *Groups) Drain(ctx context.Context) error {
	again := time.NewTicker(g.options.Every)
	defer again.Stop()
	var since time.Time
	var before map[claim]int64
	for {
		left, err := g.left()
		switch {
		case err != nil || len(left) > 0 || !g.same(&before):
			since = time.Time{}
		case since.IsZero():
			since = time.Now()
		case time.Since(since) >= g.options.Steady:
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("consumer groups are not drained: %v: %w", left, errors.Join(err, ctx.Err()))
		case <-again.C:
		}
	}
}

// left lists the records that are left, by group and partition.
func (g *Groups) left() ([]string, error) {
	if err := g.look(); err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var left []string
	for c, begin := range g.commits {
		if begin < 0 { // nothing is committed: everything is left
			first, err := g.client.GetOffset(c.topic, c.number, sarama.OffsetOldest)
			if err != nil {
				return nil, fmt.Errorf("begin of %s/%d: %w", c.topic, c.number, err)
			}
			begin = first
		}
		next, err := g.client.GetOffset(c.topic, c.number, sarama.OffsetNewest)
		if err != nil {
			return nil, fmt.Errorf("end of %s/%d: %w", c.topic, c.number, err)
		}
		if next > begin {
			left = append(left, fmt.Sprintf("%s has %d records of %s/%d left", c.group, next-begin, c.topic, c.number))
		}
	}
	slices.Sort(left)
	return left, nil
}

// same says whether the offsets are what they were at the last call.
func (g *Groups) same(before *map[claim]int64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	same := len(*before) == len(g.commits)
	now := map[claim]int64{}
	for c, offset := range g.commits {
		now[c] = offset
		same = same && (*before)[c] == offset
	}
	*before = now
	return same
}
