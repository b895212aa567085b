package kube

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

// Poll is a wait for what cannot be watched: it looks every so often until a look
// has succeeded several times in a row.
type Poll struct {
	Every  time.Duration
	Within time.Duration
	// InARow is how many successes have to follow each other; 0 means one.
	InARow int
}

// Until looks until look has returned no error often enough. A wait that ends
// without that returns the last error of look.
func (p Poll) Until(ctx context.Context, attempt func(context.Context) error) error {
	var last error
	successes := 0
	if wait.PollUntilContextTimeout(ctx, p.Every, p.Within, true, func(ctx context.Context) (bool, error) {
		err := attempt(ctx)
		switch {
		case err == nil:
			successes++
		case ctx.Err() == nil || last == nil: // the end of the wait explains nothing
			last, successes = err, 0
		}
		return successes >= max(1, p.InARow), nil
	}) == nil {
		return nil
	}
	if last == nil {
		last = errors.New("seen, but not often enough in a row")
	}
	return fmt.Errorf("not within %s: %w", p.Within, last)
}
