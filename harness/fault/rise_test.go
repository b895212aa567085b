package fault

import (
	"testing"
	"time"
)

// TestWhatHappensInPeaceProvesNothing judges counts of segments that were sent again. The
// first row was a fault that injected nothing and counted as proven.
func TestWhatHappensInPeaceProvesNothing(t *testing.T) {
	for name, tc := range map[string]struct {
		peace, now span
		burst      int64
		proven     bool
	}{
		"six in half a minute, none in peace":        {span{0, 10 * time.Second}, span{6, 30 * time.Second}, 5, false},
		"the same pace":                              {span{40, 10 * time.Second}, span{120, 30 * time.Second}, 5, false},
		"twice the pace of a few":                    {span{3, 10 * time.Second}, span{6, 10 * time.Second}, 1, false},
		"a burst":                                    {span{0, 10 * time.Second}, span{10, time.Second}, 5, false},
		"nothing":                                    {span{0, 10 * time.Second}, span{0, 10 * time.Second}, 1, false},
		"a fifth of all segments lost":               {span{2, 10 * time.Second}, span{90, 10 * time.Second}, 5, true},
		"a lossy network in peace, and a worse one":  {span{50, 10 * time.Second}, span{400, 10 * time.Second}, 5, true},
		"checksums, which are never wrong in peace":  {span{0, 10 * time.Second}, span{8, 2 * time.Second}, 1, true},
		"duplicates that come at once and in number": {span{0, 10 * time.Second}, span{28, time.Second}, 5, true},
	} {
		if p := tc.now.byChance(tc.peace, tc.burst); (p < chance) != tc.proven {
			t.Errorf("%s: by chance with probability %g, want proven=%v", name, p, tc.proven)
		}
	}
}
