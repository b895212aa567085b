package provisioning

import (
	"context"
	"errors"
	"testing"
	"time"
)

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
			reads := 0
			err := quiet(t.Context(), time.Millisecond, 3*time.Millisecond, time.Minute, func(context.Context) (int, error) {
				reads++
				switch saw := tc.saw[reads-1].(type) {
				case error:
					return 0, saw
				case int:
					return saw, nil
				}
				panic("neither a number nor an error")
			})
			if err != nil || reads != tc.want {
				t.Errorf("%d looks, want %d: %v", reads, tc.want, err)
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
