package fault

import (
	"context"
	"fmt"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
)

// partitioning requires packet rules by set, inside network namespaces.
const partitioning spec.Capability = "network-partition"

// cut is one side's way to the other.
type cut struct {
	near []target
	far  target
	port int
	// direction of the packets that are lost, as seen from near.
	direction chaosv1alpha1.Direction
}

// partition cuts pods off from each other.
func partition(lab *Lab, name string, c cut) Fault {
	m := &chaosMeshFault{base: base{lab: lab, name: name, needs: []spec.Capability{partitioning}}, targets: c.near}
	var near []corev1.Pod
	var far []endpoint
	var farPods []corev1.Pod
	m.prepared = func(ctx context.Context, pods []corev1.Pod) ([]Undo, error) {
		others, err := lab.pods(ctx, c.far)
		if err != nil {
			return nil, err
		}
		near, farPods, far = pods, others, nil
		for i := range others {
			far = append(far, podEndpoint(&others[i], c.port))
		}
		var undos []Undo
		for _, side := range [][]corev1.Pod{near, farPods} {
			for i := range side {
				undos = append(undos, inside(scrub, &side[i]))
			}
		}
		return undos, lab.reachable(ctx, near, far...)
	}
	m.describe = func(pods []corev1.Pod) client.Object {
		other := exactly(farPods)
		return &chaosv1alpha1.NetworkChaos{Spec: chaosv1alpha1.NetworkChaosSpec{
			PodSelector: exactly(pods), Action: chaosv1alpha1.PartitionAction,
			Direction: c.direction, Target: &other, Duration: limit(),
		}}
	}
	m.proof = func(ctx context.Context) (Proof, error) {
		return lab.sees(ctx, inARow, func(ctx context.Context) (string, error) {
			text, err := lab.unreachable(ctx, near, far...)
			if err != nil {
				return "", err
			}
			rules, err := lab.dropped(ctx, &near[0], c.direction)
			return text + rules, err
		})
	}
	return &sided{chaosMeshFault: m, far: func() []corev1.Pod { return farPods }}
}

// sided is a fault that hurts what is on the other side too.
type sided struct {
	*chaosMeshFault
	far func() []corev1.Pod
}

// Blast implements Fault.
func (s *sided) Blast() []string { return append(s.chaosMeshFault.Blast(), names(s.far())...) }

// dropped checks that the rules of the pod drop packets in the directions that
// were asked for, and in no other.
func (l *Lab) dropped(ctx context.Context, pod *corev1.Pod, direction chaosv1alpha1.Direction) (string, error) {
	out, err := l.inNetwork(ctx, pod, `iptables-save -t filter | sed -nE 's/^-A (INPUT|OUTPUT).* -j DROP$/\1/p' | sort -u | tr '\n' ' '`)
	if err != nil {
		return "", err
	}
	want := map[chaosv1alpha1.Direction]string{
		chaosv1alpha1.To: "OUTPUT", chaosv1alpha1.From: "INPUT", chaosv1alpha1.Both: "INPUT OUTPUT",
	}[direction]
	if out != want {
		return "", fmt.Errorf("pod %s/%s drops packets in %q, want %q", pod.Namespace, pod.Name, out, want)
	}
	return "; its rules drop " + out, nil
}
