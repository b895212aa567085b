package anomaly_test

import (
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

// shop is the second complete specification.
func shop(t *testing.T) *spec.Spec {
	t.Helper()
	s, err := source.Open("../../../testdata/shop")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// faulty are faults that leave the API alone: where it breaks, an event can come twice
// since a proxy has repeated the request, so that a fabricated one may be excused.
var faulty = []string{"ledger-kill", "counter-failure", "one-broker-kill", "log-out-of-reach"}

// ofShop is the recording of the shop's platform, calm or disturbed, all requests answered
// or not.
func ofShop(s *spec.Spec, seed int64) *history.History {
	o := recording.Small(seed)
	o.Spec, o.Changes, o.Watched, o.Faults = s, 120, true, nil
	if seed%4 > 1 {
		o.Faults = []string{faulty[seed/4%int64(len(faulty))]}
	}
	if seed%2 == 1 {
		o.Unanswered = 0
	}
	return recording.Make(o)
}

// TestTheShopPasses judges recordings of the second specification.
func TestTheShopPasses(t *testing.T) {
	s := shop(t)
	rules := recording.RulesOf(s)
	for seed := range int64(20) {
		if v := judge.Judge(ofShop(s, seed), rules); v.Result != judge.Pass || v.Totals.Processed == 0 {
			t.Errorf("seed %d: %s %+v %v", seed, v.Result, v.Totals, v.Reasons)
		}
	}
}

// TestAnomaliesOfTheShopAreCaught injects every kind but the one that only a fault of the
// reference can cause.
func TestAnomaliesOfTheShopAreCaught(t *testing.T) {
	s := shop(t)
	catchAll(t, recording.RulesOf(s), 24, func(seed int64) *history.History { return ofShop(s, seed) }, "blocked-by-poison")
}
