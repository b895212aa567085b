package provisioning_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"assay.dev/assay/harness/kube"
)

// quiet waits until looks have returned the same for stableFor. A controller that
// reacts to its own last change has done so by then.
func quiet[T comparable](ctx context.Context, every, stableFor, within time.Duration, look func(context.Context) (T, error)) error {
	// The first look has nothing before it to be equal to.
	wait := kube.Poll{Every: every, Within: within, InARow: int((stableFor + every - 1) / every)}
	var before T
	seen := false
	return wait.Until(ctx, func(ctx context.Context) error {
		now, err := look(ctx)
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

func TestQuiet(t *testing.T) {
	broken := errors.New("no answer")
	for name, tc := range map[string]struct {
		saw  []any // a number, or the error of a look
		want int   // looks until it counts as quiet
	}{
		"at once":                   {[]any{1, 1, 1, 1}, 4},
		"the zero value at first":   {[]any{0, 0, 0, 0}, 4},
		"after a change":            {[]any{1, 2, 2, 2, 2}, 5},
		"a change just before":      {[]any{1, 1, 1, 2, 2, 2, 2}, 7},
		"there and back":            {[]any{1, 2, 1, 1, 1, 1}, 6},
		"a look that fails is none": {[]any{1, 1, 1, broken, 1, 1, 1, 1}, 8},
	} {
		t.Run(name, func(t *testing.T) {
			looks := 0
			err := quiet(t.Context(), time.Millisecond, 3*time.Millisecond, time.Minute, func(context.Context) (int, error) {
				looks++
				switch saw := tc.saw[looks-1].(type) {
				case error:
					return 0, saw
				case int:
					return saw, nil
				}
				panic("neither a number nor an error")
			})
			if err != nil || looks != tc.want {
				t.Errorf("%d looks, want %d: %v", looks, tc.want, err)
			}
		})
	}
}

func TestQuietIsNeverReachedByWhatChangesForEver(t *testing.T) {
	changes := 0
	err := quiet(t.Context(), time.Millisecond, 2*time.Millisecond, 50*time.Millisecond, func(context.Context) (int, error) {
		changes++
		return changes, nil
	})
	if err == nil {
		t.Error("no error")
	}
}
