package kube

import (
	"context"
	"errors"
	"fmt"
	"time"
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
	ctx, cancel := context.WithTimeout(ctx, p.Within)
	defer cancel()
	pause := time.NewTicker(p.Every)
	defer pause.Stop()
	var last error
	for successes := 0; ; {
		err := attempt(ctx)
		switch {
		case err == nil:
			successes++
			if successes >= max(1, p.InARow) {
				return nil
			}
		case ctx.Err() == nil || last == nil: // the end of the wait explains nothing
			last, successes = err, 0
		}
		select {
		case <-ctx.Done():
			if last == nil {
				last = errors.New("seen, but not often enough in a row")
			}
			return fmt.Errorf("not within %s: %w", p.Within, last)
		case <-pause.C:
		}
	}
}
