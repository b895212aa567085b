package fault

import (
	"context"
	"errors"
	"fmt"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// trial is the name of what is made to find out what Chaos Mesh can do here, and
// the fault that its labels name.
const trial = "trial"

// CanaryLabel is what the labels of canaries say instead of a fault.
const CanaryLabel = "canary"

// canSkew sets back the clock of a pod that is made for it.
func (l *Lab) canSkew(ctx context.Context) (err error) {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		GenerateName: "assay-trial-", Labels: Labels(trial), Annotations: Injectable(),
	}}
	if err := l.Cluster.Create(ctx, namespace); err != nil {
		return fmt.Errorf("make a namespace for a trial: %w", err)
	}
	defer func() {
		err = errors.Join(err, l.Cluster.Remove(context.WithoutCancel(ctx), namespace, l.Spec.Timeouts.NamespaceDeleted.Duration))
	}()
	pod := Idle(namespace.Name, trial, trial)
	if err := l.Cluster.Create(ctx, pod); err != nil {
		return fmt.Errorf("make a pod for a trial: %w", err)
	}
	if err := l.Cluster.AwaitPodReady(ctx, pod, l.Spec.Timeouts.PodReady.Duration); err != nil {
		return err
	}
	chaos := &chaosv1alpha1.TimeChaos{
		ObjectMeta: metav1.ObjectMeta{Namespace: l.chaosNamespace(), Name: "assay-" + trial, Labels: Labels(trial)},
		Spec: chaosv1alpha1.TimeChaosSpec{
			ContainerSelector: chaosv1alpha1.ContainerSelector{PodSelector: exactly([]corev1.Pod{*pod})},
			TimeOffset:        skew.String(), Duration: limit(),
		},
	}
	removal, err := l.removal(chaos)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.remove(context.WithoutCancel(ctx), removal)) }()
	if err := l.Cluster.Create(ctx, chaos); err != nil {
		return fmt.Errorf("ask Chaos Mesh for a trial: %w", err)
	}
	return l.Cluster.Await(ctx, chaos, l.Spec.Timeouts.FaultEffect.Duration, func() (bool, error) {
		for _, condition := range chaos.Status.Conditions {
			if condition.Type == chaosv1alpha1.ConditionAllInjected && condition.Status == corev1.ConditionTrue {
				return true, nil
			}
		}
		if said := complaintOf(&chaos.Status.ChaosStatus); said != "" {
			return false, fmt.Errorf("refused by Chaos Mesh: %s", said)
		}
		return false, nil
	})
}

// Injectable is the annotation by which a namespace lets faults in.
func Injectable() map[string]string { return map[string]string{"chaos-mesh.org/inject": "enabled"} }
