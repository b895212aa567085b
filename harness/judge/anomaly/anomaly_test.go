package anomaly_test

import (
	"fmt"
	"slices"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/anomaly"
	"assay.dev/assay/harness/judge/recording"
)

// anomalies is how many are injected; grounds how many recordings they are injected
// in.
const (
	anomalies = 1200
	grounds   = 40
)

// ground is the recording of a seed: calm ones and disturbed ones in turn.
func ground(seed int64) *history.History {
	o := recording.Small(seed)
	o.Changes = 60
	o.Watched = true
	switch seed % 4 {
	case 0, 1:
		o.Faults = nil
	case 2:
		o.Unanswered = 0
	}
	if seed%8 == 1 {
		o.Faults, o.Unanswered = nil, 0
	}
	return recording.Make(o)
}

// detected says what a verdict on a changed history is missing, or nothing.
func detected(k anomaly.Kind, v *judge.Verdict) string {
	want := judge.Fail
	if k.Class == "" {
		want = judge.Inconclusive
	}
	if v.Result != want {
		return fmt.Sprintf("the verdict is %s, want %s", v.Result, want)
	}
	for _, g := range v.Guarantees {
		switch {
		case g.Name == k.Guarantee && g.Result != want:
			return fmt.Sprintf("%s is %s, want %s", g.Name, g.Result, want)
		case g.Name == k.Guarantee && k.Class != "" && !slices.ContainsFunc(g.Violations, func(v judge.Violation) bool { return v.Class == k.Class }):
			return fmt.Sprintf("%s has no violation of the class %s: %+v", g.Name, k.Class, g.Violations)
		case g.Name != k.Guarantee && g.Result == judge.Fail && !slices.Contains(k.Related, g.Name):
			return fmt.Sprintf("%s is broken too, and has nothing to do with it: %+v", g.Name, g.Violations)
		}
	}
	return ""
}

// TestEveryKindIsCaught injects each kind once, as a broken history of its own.
func TestEveryKindIsCaught(t *testing.T) {
	rules := recording.Rules()
	guarantees := map[string]bool{}
	for n, k := range anomaly.Kinds() {
		guarantees[k.Guarantee] = true
		t.Run(k.Name, func(t *testing.T) {
			for seed := int64(n); seed < int64(n)+grounds; seed++ {
				changed, where := k.Inject(ground(seed), rules, seed)
				if changed == nil {
					continue
				}
				if problem := detected(k, judge.Judge(changed, rules)); problem != "" {
					t.Errorf("seed %d, at %s: %s", seed, where, problem)
				}
				return
			}
			t.Errorf("no recording has anything that it could change")
		})
	}
	for _, g := range judge.Judge(ground(0), rules).Guarantees {
		if !guarantees[g.Name] {
			t.Errorf("no kind of anomaly breaks %s: it may be unable to fail", g.Name)
		}
	}
	if n := len(anomaly.Kinds()); n < 40 {
		t.Errorf("only %d kinds of broken histories", n)
	}
}

// TestAThousandAnomalies injects anomalies wherever seeds choose. Each has to be
// caught by the guarantee that it breaks.
func TestAThousandAnomalies(t *testing.T) {
	rules := recording.Rules()
	kinds := anomaly.Kinds()
	injected, byKind := 0, map[string]int{}
	for seed := int64(0); injected < anomalies; seed++ {
		if seed > 3*anomalies/int64(len(kinds))*grounds {
			t.Fatalf("only %d anomalies could be injected", injected)
		}
		h := ground(seed % grounds)
		for n := range kinds {
			k := &kinds[n]
			changed, where := k.Inject(h, rules, seed)
			if changed == nil {
				continue
			}
			injected++
			byKind[k.Name]++
			if problem := detected(*k, judge.Judge(changed, rules)); problem != "" {
				t.Errorf("%s, seed %d, at %s: %s", k.Name, seed, where, problem)
			}
		}
	}
	t.Logf("%d anomalies of %d kinds injected: %v", injected, len(byKind), byKind)
}
