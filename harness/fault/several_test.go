package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// severalBrokers is a laboratory with three brokers, and with two pods of each subscriber.
func severalBrokers(t *testing.T) *Lab {
	t.Helper()
	s := todo.Must()
	objects := brokerPods(&Lab{Spec: s}, "log-0", "log-1", "log-2")
	for _, worker := range (&Lab{Spec: s}).workers() {
		objects = append(objects, &appsv1.Deployment{
			ObjectMeta: metav1.ObjectMeta{Namespace: worker.namespace, Name: worker.name},
			Spec:       appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": worker.name}}},
		}, pod(worker.namespace, worker.name+"-1", worker.name), pod(worker.namespace, worker.name+"-2", worker.name))
	}
	lab := newLab(t, objects...)
	lab.Spec.Dapr.Subscriptions = s.Dapr.Subscriptions
	return lab
}

// hits are the names of brokers as faults call them.
func hits(names ...string) []string {
	for i, name := range names {
		names[i] = todo.Must().Kafka.Namespace + "/" + name
	}
	return names
}

// TestAFaultOfTheNetworkIsOfAllBrokersThatItNames makes a fault by each means, of all three
// brokers and of one: those are hit, looked at and scrubbed, and no others. All workers are
// looked at, since each may read from another broker.
func TestAFaultOfTheNetworkIsOfAllBrokersThatItNames(t *testing.T) {
	for _, mechanism := range []string{"", byRules} {
		for pods, want := range map[int][]string{0: hits("log-0", "log-1", "log-2"), 1: hits("log-0")} {
			lab := severalBrokers(t)
			lab.Mechanisms[networkLossy] = mechanism
			found, err := lab.find(spec.FaultTarget{Role: spec.TargetBrokers, Pods: pods})
			if err != nil {
				t.Fatal(err)
			}
			var seen, workers []string
			made := either(lab, "network-loss", found[0], networkLossy, shape{
				describe: func(*chaosv1alpha1.NetworkChaosSpec) {},
				measure: func(_ context.Context, b, w []corev1.Pod) (int64, error) {
					seen, workers = names(b), names(w)
					return 0, nil
				},
			})
			if err := made.Prepare(t.Context()); err != nil {
				t.Fatal(err)
			}
			slices.Sort(seen)
			if got := made.Blast(); !slices.Equal(slices.Sorted(slices.Values(got)), want) || !slices.Equal(seen, want) {
				t.Errorf("%q, %d pods: it hits %v and looks at %v, want %v", mechanism, pods, got, seen, want)
			}
			if len(workers) != 2*len(lab.workers()) {
				t.Errorf("%q: it looks at the workers %v", mechanism, workers)
			}
			entries, err := lab.open(t.Context())
			if err != nil || len(entries) != 1 {
				t.Fatalf("%v, %v", entries, err)
			}
			var scrubbed []string
			for _, u := range entries[0].undos {
				if u.Do == scrub {
					scrubbed = append(scrubbed, u.Namespace+"/"+u.Name)
				}
			}
			if slices.Sort(scrubbed); !slices.Equal(scrubbed, want) {
				t.Errorf("%q, %d pods: %v are scrubbed, want %v", mechanism, pods, scrubbed, want)
			}
		}
	}
}

// TestAFaultOfTheBrokersHitsNoMoreThanItNames prepares the faults that find their brokers
// themselves.
func TestAFaultOfTheBrokersHitsNoMoreThanItNames(t *testing.T) {
	lab := severalBrokers(t)
	lab.Mechanisms[ioFaults] = byLimit
	for i := range lab.Spec.Faults {
		lab.Spec.Faults[i].Target.Pods = 2
	}
	made, err := New(lab, "io-fault")
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := made.Blast(); !slices.Equal(got, hits("log-0", "log-1")) {
		t.Errorf("it hits %v", got)
	}
}

// TestEachPodIsLookedAt: the effect in one pod of two proves nothing of the other.
func TestEachPodIsLookedAt(t *testing.T) {
	pods := []corev1.Pod{*pod("a", "one", "x"), *pod("a", "two", "x")}
	text, err := each(pods, func(p *corev1.Pod) (string, error) { return p.Name, nil })
	if err != nil || text != "one; two" {
		t.Errorf("%q, %v", text, err)
	}
	_, err = each(pods, func(p *corev1.Pod) (string, error) {
		if p.Name == "two" {
			return "", errors.New("two is well")
		}
		return p.Name, nil
	})
	if err == nil || !strings.Contains(err.Error(), "two is well") {
		t.Errorf("%v", err)
	}
	if text, err := each(nil, func(*corev1.Pod) (string, error) { return "seen", nil }); err == nil {
		t.Errorf("%q is seen of no pod", text)
	}
}

// TestAnyReplicaMayTakeThePoison ends the sidecar of the second of two pods: it has the
// partition that the records are in.
func TestAnyReplicaMayTakeThePoison(t *testing.T) {
	var pods []corev1.Pod
	var objects []client.Object
	for i, name := range []string{"one", "two"} {
		p := pod("todo-app", name, "notification-worker")
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: spec.DaprContainer, RestartCount: 3, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}
		pods = append(pods, *p.DeepCopy())
		if i == 1 {
			p.Status.ContainerStatuses[0].RestartCount = 4
			p.Status.ContainerStatuses[0].LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 2, Reason: "Error"}
		}
		objects = append(objects, p)
	}
	p := &poisonHeaders{base: base{lab: newLab(t, objects...)}, topic: "reminders", pods: pods}
	proof, err := p.Proof(t.Context())
	if want := fmt.Sprintf("container %s of pod todo-app/two ended with exit code 2", spec.DaprContainer); err != nil || !strings.Contains(proof.Text, want) {
		t.Errorf("%q, %v", proof.Text, err)
	}
}
