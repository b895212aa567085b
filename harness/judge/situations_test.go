package judge_test

import (
	"slices"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
	"assay.dev/assay/spec/todo"
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
		recovered := slices.ContainsFunc(h.Publishes, func(p history.Publish) bool { return p.ID == d.ID && p.Expect == "processed" })
		return recovered && d.Answer != history.Success
	})
	v := judge.Judge(h, rules)
	if result(v, judge.NoFalseDeadLetter) != judge.Inconclusive || v.Result != judge.Inconclusive || reached(v, judge.RetryThenSuccess) != 0 {
		t.Errorf("%d times: %s", reached(v, judge.RetryThenSuccess), explain(v))
	}
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Pass {
		t.Errorf("what no rule asks for: %s", explain(v))
	}
}

// TestAFaultThatDidNotComeToItsSituationsProvesNothing has a change follow an outage after
// which there had to be none.
func TestAFaultThatDidNotComeToItsSituationsProvesNothing(t *testing.T) {
	for seed := range int64(5) {
		o := recording.Small(seed)
		o.Faults, o.Silent = nil, true
		h := recording.Make(o)
		if v := judge.Judge(h, recording.Rules()); v.Result != judge.Pass || reached(v, judge.PublishedInSilence) == 0 {
			t.Errorf("seed %d: %d times: %s", seed, reached(v, judge.PublishedInSilence), explain(v))
		}
		late := h.Faults[0].Recovered + 1e9
		h.Requests = append(h.Requests, history.Request{Start: late, End: late + 1e6, Method: "PUT", Change: "update", Key: h.Requests[0].Key,
			Result: history.Refused, Status: 422})
		v := judge.Judge(h, recording.Rules())
		if result(v, judge.InKafka) != judge.Inconclusive || reached(v, judge.PublishedInSilence) != 0 {
			t.Errorf("seed %d: with a change after it %d times: %s", seed, reached(v, judge.PublishedInSilence), explain(v))
		}
	}
}

// TestTheSpecificationNamesSituationsThatAreCounted looks for the situations of each fault.
func TestTheSpecificationNamesSituationsThatAreCounted(t *testing.T) {
	counted := judge.Judge(clean(t), recording.Rules()).Situations
	for _, f := range todo.Must().Faults {
		for _, name := range f.Situations {
			if !slices.ContainsFunc(counted, func(s judge.Situation) bool { return s.Name == name }) {
				t.Errorf("the fault %s has to come to %q, which nobody counts", f.Name, name)
			}
		}
	}
}

// TestTheRecordedRunReachesWhatTheSuiteAsksFor holds the situations that the eventing
// suite asks for against a recorded run of it.
func TestTheRecordedRunReachesWhatTheSuiteAsksFor(t *testing.T) {
	h, r := healthy(t)
	// The run is older than the steps of the script that bring these about.
	later := []string{judge.DeliveredInTime, judge.LostAcknowledgement, judge.LostAnswer, judge.OffsetWithoutRecord}
	r.Situations = slices.DeleteFunc(judge.EventingSituations(), func(name string) bool { return slices.Contains(later, name) })
	if len(r.Situations) == 0 {
		t.Fatal("nothing is left to reach")
	}
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
		silent := o
		silent.Faults, silent.Silent = nil, true
		for _, o := range []recording.Options{o, silent} {
			for _, s := range judge.Judge(recording.Make(o), recording.Rules()).Situations {
				sums[s.Name] += s.Reached
			}
		}
	}
	for name, n := range sums {
		if n == 0 && name != judge.DeliveredInTime { // recordings have no such event
			t.Errorf("no recording comes to %s", name)
		}
	}
}
