package fault

import (
	"context"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/spec"
)

// TestEveryWitnessLooks has something to look with for each witness that a specification may
// name, and no other.
func TestEveryWitnessLooks(t *testing.T) {
	values := spec.Witness("").Values()
	if len(values) != len(witnessesByName) {
		t.Errorf("%d witnesses may be named, %d can look", len(values), len(witnessesByName))
	}
	lab := newLab(t)
	for _, value := range values {
		sees, ok := witnessesByName[spec.Witness(value)]
		if !ok {
			t.Errorf("the witness %s cannot look", value)
			continue
		}
		w := sees(witnessTarget{lab: lab, of: spec.Fault{Target: spec.FaultTarget{Name: "audit-worker"}}, pods: make([]corev1.Pod, 1), peers: make([]corev1.Pod, 1)})
		if w.before == nil || w.observe == nil || w.times < 1 {
			t.Errorf("the witness %s is %+v", value, w)
		}
	}
}

// TestANumberHasToRiseInEachPod compares looks: one pod of two is not enough, nor is less
// than what the specification asks for.
func TestANumberHasToRiseInEachPod(t *testing.T) {
	for _, tc := range []struct {
		least       int
		before, now []int64
		seen        bool
	}{
		{0, []int64{5, 5}, []int64{8, 8}, true},
		{0, []int64{5, 5}, []int64{8, 7}, false},
		{10, []int64{5}, []int64{14}, false},
		{10, []int64{5}, []int64{15}, true},
		{1, nil, nil, false},
	} {
		reads := [][]int64{tc.before, tc.now}
		s := witnessTarget{of: spec.Fault{Proof: spec.FaultProof{Least: tc.least}}}
		w := s.compare("things", func(context.Context) ([]int64, error) {
			one := reads[0]
			reads = reads[1:]
			return one, nil
		})
		if err := w.before(t.Context()); err != nil {
			t.Fatal(err)
		}
		text, err := w.observe(t.Context())
		if (err == nil) != tc.seen || tc.seen && !strings.Contains(text, fmt.Sprint(tc.before[0])) {
			t.Errorf("%+v: %q, %v", tc, text, err)
		}
	}
}

// TestNotReadyIsSeenOfTheSamePodAlone: a pod that was replaced is another effect.
func TestNotReadyIsSeenOfTheSamePodAlone(t *testing.T) {
	before := pod("todo-app", "a", "audit-worker")
	for name, tc := range map[string]struct {
		change func(*corev1.Pod)
		seen   bool
	}{
		"ready":    {func(*corev1.Pod) {}, false},
		"unready":  {func(p *corev1.Pod) { p.Status.Conditions[0].Status = corev1.ConditionFalse }, true},
		"replaced": {func(p *corev1.Pod) { p.UID, p.Status.Conditions[0].Status = "other", corev1.ConditionFalse }, false},
	} {
		now := before.DeepCopy()
		tc.change(now)
		s := witnessTarget{lab: newLab(t, now), pods: []corev1.Pod{*before}}
		w := witnessesByName[spec.PodNotReady](s)
		if err := w.before(t.Context()); err != nil {
			t.Fatal(err)
		}
		if text, err := w.observe(t.Context()); (err == nil) != tc.seen {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	s := witnessTarget{pods: []corev1.Pod{{}}}
	if err := witnessesByName[spec.PodNotReady](s).before(t.Context()); err == nil {
		t.Error("a pod that was not ready before proves something")
	}
}
