package judge_test

import (
	"slices"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

func reached(v *judge.Verdict, name string) int64 {
	for _, s := range v.Situations {
		if s.Name == name {
			return s.Reached
		}
	}
	return -1
}

// TestAGuaranteeThatWasNeverPutToTheTestIsNotPassed takes what puts a guarantee to the
// test out of a recording.
func TestAGuaranteeThatWasNeverPutToTheTestIsNotPassed(t *testing.T) {
	rules := recording.Rules()
	rules.Situations = []string{judge.RetryThenSuccess}
	h := clean(t)
	if v := judge.Judge(h, rules); v.Result != judge.Pass || reached(v, judge.RetryThenSuccess) == 0 {
		t.Errorf("%d times: %s", reached(v, judge.RetryThenSuccess), explain(v))
	}
	h.Deliveries = slices.DeleteFunc(h.Deliveries, func(d history.Delivery) bool {
		healed := slices.ContainsFunc(h.Publishes, func(p history.Publish) bool { return p.ID == d.ID && p.Expect == "processed" })
		return healed && d.Answer != history.Success
	})
	v := judge.Judge(h, rules)
	if result(v, judge.NoFalseDeadLetter) != judge.Inconclusive || v.Result != judge.Inconclusive || reached(v, judge.RetryThenSuccess) != 0 {
		t.Errorf("%d times: %s", reached(v, judge.RetryThenSuccess), explain(v))
	}
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Pass {
		t.Errorf("what no rule asks for: %s", explain(v))
	}
}

// TestTheRecordedRunReachesWhatTheSuiteAsksFor holds the situations that the eventing
// suite asks for against a recorded run of it.
func TestTheRecordedRunReachesWhatTheSuiteAsksFor(t *testing.T) {
	h, r := healthy(t)
	r.Situations = judge.EventingSituations()
	v := judge.Judge(h, r)
	for _, name := range r.Situations {
		if reached(v, name) <= 0 {
			t.Errorf("%s is reached %d times", name, reached(v, name))
		}
	}
	if v.Result != judge.Pass {
		t.Error(explain(v))
	}
}

// TestEverySituationIsReachedSomewhere counts the situations over some recordings: one
// that no history comes to may be unable to.
func TestEverySituationIsReachedSomewhere(t *testing.T) {
	sums := map[string]int64{}
	for seed := range int64(20) {
		o := recording.Small(seed)
		o.Watched, o.Transactions, o.Rebalances = true, 0.2, 2
		o.Faults = []string{"app-pod-kill", "broker-pod-kill"}
		for _, s := range judge.Judge(recording.Make(o), recording.Rules()).Situations {
			sums[s.Name] += s.Reached
		}
	}
	for name, n := range sums {
		if n == 0 && name != judge.DeliveredInTime { // recordings have no such event
			t.Errorf("no recording comes to %s", name)
		}
	}
}
