package anomaly_test

import (
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/anomaly"
	"assay.dev/assay/spec/todo"
)

// realAnomalies is how many are injected in the recording of a live platform.
const realAnomalies = 1000

// TestAnomaliesInARealRecording injects anomalies in a history that was recorded on
// the live platform, each of which has to be caught as in one that was made.
func TestAnomaliesInARealRecording(t *testing.T) {
	const dir = "../../../docs/runs/healthy/history/eventing"
	rules, err := judge.SavedRules(dir, judge.FromSpec(todo.Must()))
	if err != nil {
		t.Fatal(err)
	}
	h, err := history.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	// The recording is of the format without the groups' members. What they excuse is
	// inconclusive there: see TestARebalanceNobodyWatched.
	h.Observers = append(h.Observers, history.Observer{Name: "groups", Kinds: []history.Kind{history.Groups}, End: h.Observers[0].End})
	if v := judge.Judge(h, rules); v.Result != judge.Pass {
		t.Fatalf("the recording is judged %s: %v", v.Result, v.Reasons)
	}
	kinds := anomaly.Kinds()
	injected, byKind := 0, map[string]int{}
	for seed := int64(0); injected < realAnomalies; seed++ {
		if seed == realAnomalies {
			t.Fatalf("only %d anomalies could be injected", injected)
		}
		for n := range kinds {
			changed, where := kinds[n].Inject(h, rules, seed)
			if changed == nil {
				continue
			}
			injected++
			byKind[kinds[n].Name]++
			if problem := detected(kinds[n], judge.Judge(changed, rules)); problem != "" {
				t.Errorf("%s, seed %d, at %s: %s", kinds[n].Name, seed, where, problem)
			}
		}
	}
	t.Logf("%d anomalies of %d kinds injected: %v", injected, len(byKind), byKind)
}
