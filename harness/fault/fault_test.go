package fault

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// newLab is a laboratory on a cluster that only stores objects.
func newLab(t *testing.T, objects ...client.Object) *Lab {
	t.Helper()
	s, err := todo.Load()
	if err != nil {
		t.Fatal(err)
	}
	return labOf(t, s, objects...)
}

// labOf is a laboratory for a specification of the test's own.
func labOf(t *testing.T, short *spec.Spec, objects ...client.Object) *Lab {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), chaosv1alpha1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	short.Timeouts.PollInterval = spec.Duration{Duration: time.Millisecond}
	short.Timeouts.FaultEffect = spec.Duration{Duration: 30 * time.Second}
	short.Timeouts.FaultResidue = spec.Duration{Duration: 50 * time.Millisecond}
	short.Dapr.Subscriptions = nil // there is no broker to ask
	return &Lab{
		Cluster: &kube.Cluster{WithWatch: fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build()},
		Spec:    short, Nodes: fakeNodes{},
		Unsupported: map[spec.Capability]string{}, Mechanisms: map[spec.Capability]string{},
	}
}

// fakeNodes are nodes by name, with their states.
type fakeNodes map[string]string

func (n fakeNodes) State(_ context.Context, node string) (string, error) { return n[node], nil }
func (n fakeNodes) Pause(_ context.Context, node string) error           { n[node] = "paused"; return nil }
func (n fakeNodes) Stop(_ context.Context, node string) error            { n[node] = "exited"; return nil }
func (n fakeNodes) Unpause(_ context.Context, node string) error {
	if n[node] != nodePaused {
		return errors.New("it is not paused")
	}
	n[node] = nodeRunning
	return nil
}

func (n fakeNodes) Start(_ context.Context, node string) error {
	if n[node] == nodePaused {
		return errors.New("it is paused")
	}
	n[node] = nodeRunning
	return nil
}

func TestEveryFaultOfTheSpecificationCanBeMade(t *testing.T) {
	lab := &Lab{Spec: todo.Must()}
	used := map[spec.FaultAction]bool{}
	for _, f := range lab.Spec.Faults {
		used[f.Action] = true
		made, err := New(lab, f.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		if made.Name() != f.Name {
			t.Errorf("the fault %s calls itself %s", f.Name, made.Name())
		}
	}
	known := spec.FaultActions()
	for action := range makers {
		if !used[action] || !slices.Contains(known, action) {
			t.Errorf("the action %s is in no specification", action)
		}
	}
	if len(known) != len(makers) {
		t.Errorf("%d actions may be specified, %d can be made", len(known), len(makers))
	}
	if _, err := New(lab, "meteorite"); err == nil {
		t.Error("a fault that nobody knows was made")
	}
}

// TestAFaultOfTheBrokersIsAimedAtThem aims a fault of the brokers' network at an
// application: it would hit the brokers all the same.
func TestAFaultOfTheBrokersIsAimedAtThem(t *testing.T) {
	s, err := todo.Load()
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Faults {
		s.Faults[i].Target = spec.FaultTarget{Role: spec.TargetApplication, Name: s.Deployments[0].Name}
	}
	if _, err := New(&Lab{Spec: s}, "network-loss"); err == nil || !contains(err.Error(), "is for brokers") {
		t.Errorf("%v", err)
	}
}

// TestAFaultWithoutItsTargetDoesNotApply takes from the specification what faults are
// aimed at, table by table: they say so, and none panics.
func TestAFaultWithoutItsTargetDoesNotApply(t *testing.T) {
	for name, take := range map[string]func(*spec.Spec){
		"deployments":    func(s *spec.Spec) { s.Deployments = nil },
		"infrastructure": func(s *spec.Spec) { s.Infrastructure = nil },
		"control plane":  func(s *spec.Spec) { s.Dapr.ControlPlane = nil },
		"subscriptions":  func(s *spec.Spec) { s.Dapr.Subscriptions = nil },
		"components":     func(s *spec.Spec) { s.Dapr.Components = nil },
		"topics":         func(s *spec.Spec) { s.Topics = nil },
		"targets": func(s *spec.Spec) {
			for i := range s.Faults {
				if s.Faults[i].Target.Role != spec.TargetBrokers {
					s.Faults[i].Target, s.Faults[i].Peer = spec.FaultTarget{}, spec.FaultTarget{}
				}
			}
		},
		"names": func(s *spec.Spec) { s.Kafka.Name, s.Kafka.Operator.Deployment = "other", "other" },
	} {
		s, err := todo.Load()
		if err != nil {
			t.Fatal(err)
		}
		take(s)
		missing := 0
		for _, f := range s.Faults {
			_, err := New(&Lab{Spec: s}, f.Name)
			var none *NotApplicable
			if errors.As(err, &none) {
				missing++
				if none.Fault != f.Name || none.Reason == "" {
					t.Errorf("without %s: %+v", name, none)
				}
			} else if err != nil {
				t.Errorf("without %s: %v", name, err)
			}
		}
		if missing == 0 {
			t.Errorf("without %s every fault applies", name)
		}
	}
}

func TestAFaultOfAnUnsupportedCapabilityIsMissingByName(t *testing.T) {
	lab := newLab(t)
	lab.Spec.Dapr.Subscriptions = todo.Must().Dapr.Subscriptions
	for _, f := range lab.Spec.Faults {
		if f.Capability == "" {
			continue
		}
		lab.Unsupported = map[spec.Capability]string{f.Capability: "it is not there"}
		made, err := New(lab, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		var missing *Missing
		if err := made.Available(t.Context()); !errors.As(err, &missing) || missing.Capability != f.Capability {
			t.Errorf("%s without %s: %v", f.Name, f.Capability, err)
		}
		lab.Unsupported = nil
		if err := made.Available(t.Context()); err != nil {
			t.Errorf("%s on a target that lacks nothing: %v", f.Name, err)
		}
	}
}

func TestSightCountsInARow(t *testing.T) {
	lab := newLab(t)
	reads := []bool{true, true, false, true, true, true}
	var at []time.Time
	proof, err := lab.sees(t.Context(), inARow, func(context.Context) (string, error) {
		at = append(at, time.Now())
		if seen := reads[len(at)-1]; !seen {
			return "", errors.New("gone again")
		}
		return "seen", nil
	})
	if err != nil || len(at) != len(reads) || proof.Text != "seen" {
		t.Fatalf("%d looks, proof %+v, error %v", len(at), proof, err)
	}
	if proof.At.After(at[3]) || proof.At.Before(at[2]) {
		t.Error("the proof's moment is not that of the first of the row")
	}
}

func TestSightThatDoesNotComeSaysWhatWasSeen(t *testing.T) {
	lab := newLab(t)
	lab.Spec.Timeouts.FaultEffect = spec.Duration{Duration: 50 * time.Millisecond}
	_, err := lab.sees(t.Context(), 1, func(context.Context) (string, error) { return "", errors.New("the pod is well") })
	if err == nil || !contains(err.Error(), "the pod is well") {
		t.Errorf("error %v", err)
	}
	_, err = lab.sees(t.Context(), 1_000_000, func(context.Context) (string, error) { return "seen", nil })
	if err == nil || !contains(err.Error(), "not often enough") {
		t.Errorf("error %v", err)
	}
}

func TestCounterOfTheKernel(t *testing.T) {
	const lines = "Tcp: RtoAlgorithm ActiveOpens RetransSegs InCsumErrors\nTcp: 1 20 7 0"
	if n, err := countIn(lines, "RetransSegs"); err != nil || n != 7 {
		t.Errorf("%d %v, want 7", n, err)
	}
	if _, err := countIn(lines, "Missing"); err == nil {
		t.Error("a counter that is not there was read")
	}
	if _, err := countIn("", "RetransSegs"); err == nil {
		t.Error("a counter was read from nothing")
	}
}

// TestLateConnectionsAreCounted: a connection that never came about is late, and a burst of
// which none is quick says nothing of loss.
func TestLateConnectionsAreCounted(t *testing.T) {
	quick := strings.Repeat("12\n", burstSize-3)
	for name, tc := range map[string]struct {
		out  string
		late int64
	}{
		"all quick":               {strings.Repeat("3\n", burstSize), 0},
		"two late, one never":     {quick + "1034\n2999\n", 3},
		"none quick":              {strings.Repeat("1100\n", burstSize), -1},
		"nobody answers":          {"", -1},
		"not what a burst prints": {"bash: no such file", -1},
	} {
		n, err := lateOf(tc.out)
		if (err != nil) != (tc.late < 0) || err == nil && n != tc.late {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
}
