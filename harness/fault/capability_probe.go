package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/spec"
)

// probeName is the name of what is made to find out what Chaos Mesh can do here, and
// the fault that its labels name.
const probeName = "probe"

// CanaryLabel is what the labels of canaries say instead of a fault.
const CanaryLabel = "canary"

// canSkew sets back the clock of a pod that is made for it.
func (l *Lab) canSkew(ctx context.Context) error {
	return l.canInject(ctx, func(pods []corev1.Pod) chaosv1alpha1.InnerObject {
		return &chaosv1alpha1.TimeChaos{Spec: chaosv1alpha1.TimeChaosSpec{
			ContainerSelector: chaosv1alpha1.ContainerSelector{PodSelector: exactly(pods)},
			TimeOffset:        skew.String(), Duration: limit(),
		}}
	})
}

// canStressByChaos has Chaos Mesh stress a pod that is made for it, if a manifest of the
// specification asks it to.
func (l *Lab) canStressByChaos(ctx context.Context) error {
	if !slices.ContainsFunc(l.Spec.Faults, func(f spec.Fault) bool { return f.Chaos != nil && f.Chaos.Kind == chaosv1alpha1.KindStressChaos }) {
		return nil
	}
	return l.canInject(ctx, func(pods []corev1.Pod) chaosv1alpha1.InnerObject {
		return &chaosv1alpha1.StressChaos{Spec: chaosv1alpha1.StressChaosSpec{
			ContainerSelector: chaosv1alpha1.ContainerSelector{PodSelector: exactly(pods)}, Duration: limit(),
			Stressors: &chaosv1alpha1.Stressors{CPUStressor: &chaosv1alpha1.CPUStressor{Stressor: chaosv1alpha1.Stressor{Workers: 1}}},
		}}
	})
}

// canInject injects a fault into a pod that is made for it, and takes it back.
func (l *Lab) canInject(ctx context.Context, describe func([]corev1.Pod) chaosv1alpha1.InnerObject) (err error) {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		GenerateName: "assay-probe-", Labels: Labels(probeName), Annotations: Injectable(),
	}}
	if err := l.Cluster.Create(ctx, namespace); err != nil {
		return fmt.Errorf("make a namespace for the capability probe: %w", err)
	}
	defer func() {
		err = errors.Join(err, l.Cluster.Remove(context.WithoutCancel(ctx), namespace, l.Spec.Timeouts.NamespaceDeleted.Duration))
	}()
	pod := Idle(namespace.Name, probeName, probeName)
	if err := l.Cluster.Create(ctx, pod); err != nil {
		return fmt.Errorf("make a pod for the capability probe: %w", err)
	}
	if err := l.Cluster.AwaitPodReady(ctx, pod, l.Spec.Timeouts.PodReady.Duration); err != nil {
		return err
	}
	chaos := describe([]corev1.Pod{*pod})
	chaos.SetNamespace(l.chaosNamespace())
	chaos.SetName("assay-" + probeName)
	chaos.SetLabels(Labels(probeName))
	removal, err := l.removal(chaos)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.remove(context.WithoutCancel(ctx), removal)) }()
	if err := l.Cluster.Create(ctx, chaos); err != nil {
		return fmt.Errorf("ask Chaos Mesh for the capability probe: %w", err)
	}
	return l.Cluster.Await(ctx, chaos, l.Spec.Timeouts.FaultEffect.Duration, func() (bool, error) {
		for _, condition := range chaos.GetStatus().Conditions {
			if condition.Type == chaosv1alpha1.ConditionAllInjected && condition.Status == corev1.ConditionTrue {
				return true, nil
			}
		}
		if complaint := complaintOf(chaos.GetStatus()); complaint != "" {
			return false, fmt.Errorf("refused by Chaos Mesh: %s", complaint)
		}
		return false, nil
	})
}

// Injectable is the annotation by which a namespace lets faults in.
func Injectable() map[string]string { return map[string]string{"chaos-mesh.org/inject": "enabled"} }
