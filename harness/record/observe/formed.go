package observe

import (
	"context"
	"fmt"
	"time"

	"assay.dev/assay/harness/kube"
)

// stable is Kafka's state of a consumer group that has members, each of which knows
// its partitions (KIP-394 lists the states).
const stable = "Stable"

// AwaitStable waits until a watched group is stable. A load that starts earlier runs
// into the group's first rebalance, and what is delivered in it is judged as
// disturbed. The error says in what state the group is.
func (g *Groups) AwaitStable(ctx context.Context, group string, within time.Duration) error {
	wait := kube.Poll{Every: g.options.Every, Within: within}
	return wait.Until(ctx, func(context.Context) error {
		g.mu.Lock()
		defer g.mu.Unlock()
		if now := g.members[group].entry; now.State != stable {
			return fmt.Errorf("consumer group %s is %q with %d members, not stable", group, now.State, len(now.Members))
		}
		return nil
	})
}
