package fault

import (
	"context"
	"fmt"
	"slices"

	"github.com/IBM/sarama"
)

// vacating is the step that stops a consumer of a topic that is gone, before the
// topic is recreated: one that outlives its topic commits the old offset into the
// new one. Giving the consumer its replicas back is a step of its own.
func (l *Lab) vacating(app, topic string) Undo {
	u := l.rewinding(app, topic)
	u.Do = vacate
	return u
}

// vacate stops the consumer if the topic is gone, and waits until the broker has
// let go of it.
func (l *Lab) vacate(ctx context.Context, u Undo) error {
	topics, err := l.topics(ctx)
	if err != nil || slices.Contains(topics, u.Value) {
		return err
	}
	if err := l.scaleTo(ctx, u, "0"); err != nil {
		return err
	}
	return l.kafka(ctx, func(_ sarama.Client, admin sarama.ClusterAdmin) error {
		if err := l.awaitEmpty(ctx, admin, u.Name); err != nil {
			return fmt.Errorf("stop the consumer of %s: %w", u.Value, err)
		}
		return nil
	})
}

// vacated leaves nothing of its own behind: that the consumer has no replicas is
// seen by the step that gives them back.
func vacated(context.Context, Undo) ([]string, error) { return nil, nil }
