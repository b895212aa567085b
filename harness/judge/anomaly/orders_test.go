package anomaly_test

import (
	"slices"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/anomaly"
	"assay.dev/assay/harness/judge/orders"
	"assay.dev/assay/harness/judge/recording"
)

// ofOrders is the recording of a platform that takes orders.
func ofOrders(seed int64) *history.History {
	o := recording.Small(seed)
	o.Spec, o.Changes, o.Watched, o.Rate = orders.Must(), 80, true, 4
	o.Faults = nil
	switch seed % 4 {
	case 1:
		o.Unanswered = 0
	case 2:
		o.Faults = []string{"one-broker"}
	case 3:
		o.Faults, o.Unanswered = []string{"deaf-ledger"}, 0
	}
	return recording.Make(o)
}

// TestAPlatformThatTakesOrdersPasses judges recordings of another platform than the
// reference, and says what does not apply to it.
func TestAPlatformThatTakesOrdersPasses(t *testing.T) {
	rules := recording.RulesOf(orders.Must())
	checked := map[string]int64{}
	for seed := range int64(40) {
		v := judge.Judge(ofOrders(seed), rules)
		if v.Result != judge.Pass || v.Totals.Processed == 0 {
			t.Errorf("seed %d: %s %+v %v", seed, v.Result, v.Totals, v.Reasons)
		}
		for _, g := range v.Guarantees {
			checked[g.Name] += g.Checked
		}
	}
	for _, name := range []string{judge.Requested, judge.ExpectedEvents, judge.CountedEvents, judge.Derived, judge.KafkaOrder, judge.Partitions} {
		if checked[name] == 0 {
			t.Errorf("%s: nothing was evaluated", name)
		}
	}
}

// TestAnomaliesOfOrdersAreCaught injects every kind that this platform can have.
func TestAnomaliesOfOrdersAreCaught(t *testing.T) {
	// No request causes only labelled events, and only the probe shows effects live.
	catchAll(t, recording.RulesOf(orders.Must()), grounds, ofOrders, "reordered-labels", "repeated-push", "reordered-processing")
}

// catchAll injects every kind in recordings of so many seeds, and wants each caught, and
// each injected at least once but those that are impossible in them.
func catchAll(t *testing.T, rules judge.Rules, seeds int64, recorded func(seed int64) *history.History, impossible ...string) {
	t.Helper()
	injected := map[string]int{}
	for seed := range seeds {
		h := recorded(seed)
		for _, k := range anomaly.Kinds() {
			changed, where := k.Inject(h, rules, seed)
			if changed == nil {
				continue
			}
			injected[k.Name]++
			if problem := detected(k, judge.Judge(changed, rules)); problem != "" {
				t.Errorf("%s, seed %d, at %s: %s", k.Name, seed, where, problem)
			}
		}
	}
	for _, k := range anomaly.Kinds() {
		if (injected[k.Name] == 0) != slices.Contains(impossible, k.Name) {
			t.Errorf("%s was injected %d times", k.Name, injected[k.Name])
		}
	}
}
