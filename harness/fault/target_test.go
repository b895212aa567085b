package fault

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
)

func brokerPods(lab *Lab, names ...string) (objects []client.Object) {
	for _, name := range names {
		objects = append(objects, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: lab.Spec.Kafka.Namespace, Name: name,
				Labels: map[string]string{"strimzi.io/name": lab.Spec.Kafka.Name + "-kafka"},
			},
			Status: corev1.PodStatus{Phase: corev1.PodRunning},
		})
	}
	return objects
}

// TestNoMorePodsAreHitThanTheSpecificationSays: a database of three replicas survives the
// loss of one, and not of all.
func TestNoMorePodsAreHitThanTheSpecificationSays(t *testing.T) {
	lab := newLab(t, brokerPods(newLab(t), "log-2", "log-0", "log-1")...)
	for pods, want := range map[int][]string{0: {"log-0", "log-1", "log-2"}, 1: {"log-0"}, 2: {"log-0", "log-1"}, 4: {"log-0", "log-1", "log-2"}} {
		found, err := lab.find(spec.FaultTarget{Role: spec.TargetBrokers, Pods: pods})
		if err != nil {
			t.Fatal(err)
		}
		hit, err := lab.pods(t.Context(), found...)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, pod := range hit {
			got = append(got, pod.Name)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("with pods: %d, %v are hit, want %v", pods, got, want)
		}
	}
}
