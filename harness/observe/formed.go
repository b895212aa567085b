package observe

import (
	"context"
	"fmt"
	"time"
)

// stable is Kafka's state of a consumer group that has members, each of which knows
// its partitions (KIP-394 lists the states).
const stable = "Stable"

// AwaitStable waits until a watched group is stable. A load that begins earlier runs
// into the group's first rebalance, and what is delivered in it is judged as
// disturbed. It looks until ctx ends; the error says in what state the group is.
func (g *Groups) AwaitStable(ctx context.Context, group string) error {
	again := time.NewTicker(g.options.Every)
	defer again.Stop()
	for {
		g.mu.Lock()
		now := g.members[group].entry
		g.mu.Unlock()
		if now.State == stable {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("consumer group %s is %q with %d members, not stable: %w", group, now.State, len(now.Members), ctx.Err())
		case <-again.C:
		}
	}
}
