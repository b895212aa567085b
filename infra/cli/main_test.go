package cli

import (
	"errors"
	"fmt"
	"testing"

	"assay.dev/assay/infra/adoption"
	"assay.dev/assay/infra/stack"
)

// TestSafetyRefusalsExitWith4 holds that a script can tell them from errors.
func TestSafetyRefusalsExitWith4(t *testing.T) {
	for _, test := range []struct {
		err  error
		want int
	}{
		{nil, 0}, {errors.New("no answer"), exitError},
		{fmt.Errorf("up: %w: more", stack.ErrCost), exitRefused}, {fmt.Errorf("adopt: %w", adoption.ErrOther), exitRefused},
	} {
		if got := exitCode(test.err); got != test.want {
			t.Errorf("%v: exit code %d, want %d", test.err, got, test.want)
		}
	}
}
