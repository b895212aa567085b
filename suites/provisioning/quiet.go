package provisioning

import (
	"context"
	"errors"
	"time"

	"assay.dev/assay/harness/kube"
)

// quiet waits until looks have returned the same for stableFor. A controller that
// reacts to its own last change has done so by then.
func quiet[T comparable](ctx context.Context, every, stableFor, within time.Duration, read func(context.Context) (T, error)) error {
	// The first look has nothing before it to be equal to.
	wait := kube.Poll{Every: every, Within: within, InARow: int((stableFor + every - 1) / every)}
	var before T
	seen := false
	return wait.Until(ctx, func(ctx context.Context) error {
		now, err := read(ctx)
		if err != nil {
			seen = false
			return err
		}
		same := seen && now == before
		before, seen = now, true
		if !same {
			return errors.New("it still changes")
		}
		return nil
	})
}
