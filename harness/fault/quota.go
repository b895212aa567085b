package fault

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// PauseImage is on every node: it is what pods are made of.
const PauseImage = "registry.k8s.io/pause:3.10.1"

// neighbour takes what is left of the application's quota.
type neighbour struct {
	base
	namespace string
	pod       *corev1.Pod
}

func quotaExhaustion(lab *Lab, name, namespace string) Fault {
	return &neighbour{base: base{lab: lab, name: name}, namespace: namespace}
}

// Prepare implements Fault.
func (n *neighbour) Prepare(ctx context.Context) error {
	rest, err := n.lab.rest(ctx, n.namespace)
	if err != nil {
		return err
	}
	n.pod = Idle(n.namespace, "assay-neighbour", n.name)
	// No container may be larger than the LimitRange allows: the rest is split.
	memory := rest[corev1.ResourceLimitsMemory]
	parts := 1 + memory.Value()/n.lab.Spec.LimitRange.MaxMemory.Value()
	for i := range parts {
		container := n.pod.Spec.Containers[0]
		container.Name = fmt.Sprintf("part-%d", i)
		container.Resources = share(rest, parts)
		n.pod.Spec.Containers = append(n.pod.Spec.Containers, container)
	}
	n.pod.Spec.Containers = n.pod.Spec.Containers[1:]
	removal, err := n.lab.removal(n.pod)
	if err != nil {
		return err
	}
	witness, err := n.lab.removal(n.witness())
	if err != nil {
		return err
	}
	return n.plan(ctx, []string{n.namespace + "/" + n.pod.Name}, removal, witness)
}

// rest is what a namespace's quotas still allow.
func (l *Lab) rest(ctx context.Context, namespace string) (map[corev1.ResourceName]resource.Quantity, error) {
	var quotas corev1.ResourceQuotaList
	if err := l.Cluster.List(ctx, &quotas, inNamespace(namespace)); err != nil {
		return nil, fmt.Errorf("look at the quota of %s: %w", namespace, err)
	}
	rest := map[corev1.ResourceName]resource.Quantity{}
	for _, quota := range quotas.Items {
		for name, hard := range quota.Status.Hard {
			left := hard.DeepCopy()
			left.Sub(quota.Status.Used[name])
			if known, twice := rest[name]; !twice || left.Cmp(known) < 0 {
				rest[name] = left
			}
		}
	}
	for _, name := range []corev1.ResourceName{corev1.ResourceRequestsCPU, corev1.ResourceLimitsCPU, corev1.ResourceRequestsMemory, corev1.ResourceLimitsMemory} {
		if left, bounded := rest[name]; !bounded || left.Sign() <= 0 {
			return nil, fmt.Errorf("the quota of %s leaves %s of %s: there is nothing to take", namespace, left.String(), name)
		}
	}
	return rest, nil
}

// share is one of parts equal parts of the rest; the remainders are too small for
// any pod of the platform.
func share(rest map[corev1.ResourceName]resource.Quantity, parts int64) corev1.ResourceRequirements {
	cpu := func(name corev1.ResourceName) resource.Quantity {
		left := rest[name]
		return *resource.NewMilliQuantity(left.MilliValue()/parts, resource.DecimalSI)
	}
	memory := func(name corev1.ResourceName) resource.Quantity {
		left := rest[name]
		return *resource.NewQuantity(left.Value()/parts, resource.BinarySI)
	}
	return corev1.ResourceRequirements{
		Requests: corev1.ResourceList{
			corev1.ResourceCPU:    smaller(cpu(corev1.ResourceRequestsCPU), cpu(corev1.ResourceLimitsCPU)),
			corev1.ResourceMemory: smaller(memory(corev1.ResourceRequestsMemory), memory(corev1.ResourceLimitsMemory)),
		},
		Limits: corev1.ResourceList{
			corev1.ResourceCPU: cpu(corev1.ResourceLimitsCPU), corev1.ResourceMemory: memory(corev1.ResourceLimitsMemory),
		},
	}
}

func smaller(a, b resource.Quantity) resource.Quantity {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// Inject implements Fault.
func (n *neighbour) Inject(ctx context.Context) error {
	if err := n.lab.Cluster.Create(ctx, n.pod); err != nil {
		return fmt.Errorf("start the neighbour: %w", err)
	}
	return nil
}

// witness is a small pod, such as the platform's own pods are: it shows that
// nothing more is admitted.
func (n *neighbour) witness() *corev1.Pod {
	pod := Idle(n.namespace, "assay-witness", n.name)
	spare := n.lab.Spec.Rollout.Spare
	pod.Spec.Containers[0].Resources = corev1.ResourceRequirements{
		Requests: corev1.ResourceList{corev1.ResourceCPU: spare.CPURequest.Quantity, corev1.ResourceMemory: spare.MemoryRequest.Quantity},
		Limits:   corev1.ResourceList{corev1.ResourceCPU: spare.CPULimit.Quantity, corev1.ResourceMemory: spare.MemoryLimit.Quantity},
	}
	return pod
}

// Proof implements Fault: a further pod is refused for the quota.
func (n *neighbour) Proof(ctx context.Context) (Proof, error) {
	return n.lab.sees(ctx, 1, func(ctx context.Context) (string, error) {
		pod := n.witness()
		err := n.lab.Cluster.Create(ctx, pod)
		if err == nil {
			return "", errors.Join(errors.New("another pod was admitted"), n.lab.Cluster.Delete(ctx, pod))
		}
		if !apierrors.IsForbidden(err) {
			return "", err
		}
		return "another pod is refused: " + err.Error(), nil
	})
}

// Idle is a pod that does nothing, as a restricted namespace allows it.
func Idle(namespace, name, fault string) *corev1.Pod {
	yes, no, nobody, none := true, false, int64(65532), int64(0)
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: Labels(fault)},
		Spec: corev1.PodSpec{
			AutomountServiceAccountToken:  &no,
			TerminationGracePeriodSeconds: &none,
			SecurityContext: &corev1.PodSecurityContext{
				RunAsNonRoot: &yes, RunAsUser: &nobody,
				SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			},
			Containers: []corev1.Container{{
				Name: "idle", Image: PauseImage,
				SecurityContext: &corev1.SecurityContext{
					AllowPrivilegeEscalation: &no, ReadOnlyRootFilesystem: &yes,
					Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
				},
			}},
		},
	}
}
