package fault

import (
	"context"
	"errors"
)

// Forget lets the consumers of a topic that was deleted and recreated forget
// offsets which its log has not come to.
func (l *Lab) Forget(ctx context.Context, topic string) error {
	var failures []error
	for _, subscription := range l.Spec.Dapr.Subscriptions {
		if subscription.Topic == topic {
			failures = append(failures, l.rewind(ctx, l.rewinding(subscription.App, topic)))
		}
	}
	return errors.Join(failures...)
}
