package experiment

import (
	"path/filepath"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec/todo"
)

func TestMeasureCountsTimeInSeenFaults(t *testing.T) {
	root := t.TempDir()
	base := time.Date(2026, 2, 15, 12, 0, 0, 0, time.UTC)
	second := history.Nanos(time.Second)
	save := func(name string, start time.Time, faults ...history.Fault) {
		h := &history.History{
			Header: history.Header{Run: "run", Experiment: name, Base: start, Seed: 1}, Faults: faults,
			Observers: []history.Observer{{Name: "kubernetes", End: 40 * second}},
		}
		if err := h.Save(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	save("seen", base,
		history.Fault{Name: "app-pod-kill", Requested: 5 * second, Effective: 6 * second, Proof: "gone", KubernetesReady: 10 * second, EventsFlowing: 16 * second},
		history.Fault{Name: "app-pod-kill", Requested: 10 * second, Effective: 12 * second, Proof: "gone", EventsFlowing: 26 * second}) // overlaps
	save("unseen", base.Add(time.Minute), history.Fault{Name: "app-pod-kill", Requested: 5 * second})
	save("no-fault", base.Add(time.Hour))
	b, err := Measure(root, todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	if b.Experiments != 2 || b.Proven != 1 || b.Faulty != 20*time.Second || b.Wall != 100*time.Second || b.Lag != 2*time.Second {
		t.Errorf("%+v", b)
	}
	if b.Share() != 0.2 {
		t.Errorf("share %g", b.Share())
	}
	if _, err := Measure(filepath.Join(root, "missing"), todo.Must()); err == nil {
		t.Error("a run without histories was measured")
	}
}
