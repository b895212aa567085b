package traffic

import (
	"slices"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/anomaly"
	"assay.dev/assay/harness/judge/recording"
	"assay.dev/assay/spec"
)

// sent are the requests that the generator makes of a specification's load, by which a
// recording can be made: Event is by what the generator knows the object that one made.
func sent(t *testing.T, s *spec.Spec, n int) []history.Request {
	t.Helper()
	p := fast(s, 9)
	a := newAPI(p)
	load(t, a, p, n)
	var all []history.Request
	for i, call := range a.calls {
		made := a.log.seen.Requests[i].Key
		r := history.Request{Change: call.Change, Key: call.Key, User: call.User, Counts: call.Counts}
		if call.Key == "" {
			r.Event = made
		}
		all = append(all, r)
	}
	return all
}

// TestWhatTheGeneratorSendsIsJudged sends the load of each specification, has a platform
// process it, and judges the history: it passes, and each anomaly is found by the guarantee
// that it breaks.
func TestWhatTheGeneratorSendsIsJudged(t *testing.T) {
	for name, s := range specifications {
		h := recording.Make(recording.Options{Seed: 3, Spec: s, Sent: sent(t, s, 150), Rate: 6, Probes: 30, Poison: 6, Watched: true})
		rules := recording.RulesOf(s)
		if v := judge.Judge(h, rules); v.Result != judge.Pass {
			t.Fatalf("%s: %s %v", name, v.Result, v.Reasons)
		}
		for _, c := range []struct{ kind, guarantee string }{
			{"lost-event", judge.InKafka}, {"lost-further-event", judge.ExpectedEvents}, {"lost-counted-event", judge.CountedEvents},
			{"lost-derived-object", judge.Derived}, {"fabricated-change", judge.Requested}, {"other-partition", judge.Partitions},
			{"lost-effect", judge.ProcessedAcked}, {"repeated-effect", judge.NoDuplicates}, {"lost-dead-letter", judge.FailedDeadLetters},
		} {
			changed, where := anomaly.ByName(c.kind).Inject(h, rules, 1)
			if changed == nil {
				t.Errorf("%s: nothing that %s could change", name, c.kind)
				continue
			}
			v := judge.Judge(changed, rules)
			broken := slices.ContainsFunc(v.Guarantees, func(g judge.Guarantee) bool { return g.Name == c.guarantee && g.Result == judge.Fail })
			if !broken {
				t.Errorf("%s: %s at %s is not found by %s: %v", name, c.kind, where, c.guarantee, v.Reasons)
			}
		}
	}
}
