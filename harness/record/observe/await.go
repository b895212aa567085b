package observe

import (
	"context"
	"fmt"
	"slices"
)

// Captures returns what was seen so far, in the order of seeing, if it is kept.
func (r *Records) Captures() []Capture {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clip(r.captures)
}

// Await waits until a record that matches was seen, or was seen before, and
// returns the first one. The error names what was waited for and ctx's end.
func (r *Records) Await(ctx context.Context, what string, match func(Capture) bool) (Capture, error) {
	reads := 0
	for {
		r.mu.Lock()
		captures, changed := r.captures, r.changed
		r.mu.Unlock()
		for ; reads < len(captures); reads++ {
			if match(captures[reads]) {
				return captures[reads], nil
			}
		}
		select {
		case <-ctx.Done():
			return Capture{}, fmt.Errorf("wait for %s: none among %d records: %w", what, reads, ctx.Err())
		case <-changed:
		}
	}
}
