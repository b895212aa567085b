package mutate

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/mutants"
)

// awaitRollout waits until the controller has made the new pods of a workload,
// and until the old ones are gone and all are available if they have to be.
func (c changer) awaitRollout(ctx context.Context, o mutants.Object, available bool) error {
	meta := metav1.ObjectMeta{Namespace: o.Namespace, Name: o.Name}
	limit := c.timeouts.DeploymentAvailable.Duration
	switch o.Kind {
	case "Deployment":
		d := &appsv1.Deployment{ObjectMeta: meta}
		return c.cluster.Await(ctx, d, limit, func() (bool, error) {
			want, s := int32(1), d.Status
			if d.Spec.Replicas != nil {
				want = *d.Spec.Replicas
			}
			made := s.ObservedGeneration >= d.Generation && s.UpdatedReplicas >= want
			return made && (!available || s.AvailableReplicas >= want && s.Replicas == s.UpdatedReplicas), nil
		})
	case "StatefulSet":
		set := &appsv1.StatefulSet{ObjectMeta: meta}
		return c.cluster.Await(ctx, set, limit, func() (bool, error) {
			want, s := int32(1), set.Status
			if set.Spec.Replicas != nil {
				want = *set.Spec.Replicas
			}
			made := s.ObservedGeneration >= set.Generation && s.UpdatedReplicas >= want
			return made && (!available || s.ReadyReplicas >= want && s.CurrentRevision == s.UpdateRevision), nil
		})
	}
	return fmt.Errorf("a %s has no rollout to wait for", o.Kind)
}
