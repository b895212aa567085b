package mutate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/mutants"
)

// awaitChange waits until a change of an object has reached what it is about: the
// broker, of a topic; who admits pods, of a quota; who serves, of an ingress; the
// pods, if there is a rollout.
func (c changer) awaitChange(ctx context.Context, o mutants.Object, rollout mutants.Rollout) error {
	switch {
	case o.Kind == kube.KafkaTopicKind.Kind:
		return c.awaitOperator(ctx, o, false)
	case o.Kind == "ResourceQuota":
		return c.awaitQuota(ctx, o)
	case o.Kind == "Ingress":
		return c.awaitIngress(ctx)
	case rollout != "":
		return c.awaitRollout(ctx, o, rollout)
	}
	return nil
}

// awaitRestored waits until what a step had changed is as it was before, and its
// consequences are gone. again says that the object was made again.
func (c changer) awaitRestored(ctx context.Context, step mutants.Step, recreated bool) error {
	o := target(step)
	switch {
	case o.Kind == kube.KafkaTopicKind.Kind:
		if err := c.awaitOperator(ctx, o, true); err != nil || !recreated {
			return err
		}
		// Consumers would skip what comes next, up to where the old topic ended.
		return (&fault.Lab{Cluster: c.cluster, Spec: c.spec}).Forget(ctx, o.Name)
	case o.Kind == "ResourceQuota":
		return c.awaitQuota(ctx, o)
	case o.Kind == "Ingress":
		return c.awaitIngress(ctx)
	case step.Patch != nil && step.Patch.Rollout != "":
		return c.awaitRollout(ctx, o, mutants.Complete)
	}
	return nil
}

// awaitQuota waits until a quota enforces what it says.
func (c changer) awaitQuota(ctx context.Context, o mutants.Object) error {
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: o.Namespace, Name: o.Name}}
	return c.cluster.Await(ctx, quota, c.timeouts.QuotaStatus.Duration, func() (bool, error) {
		return equality.Semantic.DeepEqual(quota.Status.Hard, quota.Spec.Hard), nil
	})
}

// awaitOperator waits until the Strimzi operator has seen an object as it is now,
// and until it is ready if it has to be.
func (c changer) awaitOperator(ctx context.Context, o mutants.Object, ready bool) error {
	limit := c.timeouts.TopicReady.Duration
	if o.Kind == kube.KafkaKind.Kind {
		limit = c.timeouts.KafkaReady.Duration
	}
	object, condition := named(o), ""
	err := c.cluster.Await(ctx, object, limit, func() (bool, error) {
		observed, _, _ := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
		var is bool
		is, condition = kube.Ready(object)
		return observed >= object.GetGeneration() && (is || !ready), nil
	})
	if err != nil {
		return errors.Join(err, fmt.Errorf("its condition is %s", condition))
	}
	return nil
}

// awaitRollout waits until the controller has made the new pods of a workload, and
// then until they run, or the old ones are gone and all are available, if they have to.
func (c changer) awaitRollout(ctx context.Context, o mutants.Object, rollout mutants.Rollout) error {
	meta := metav1.ObjectMeta{Namespace: o.Namespace, Name: o.Name}
	limit, complete := c.timeouts.DeploymentAvailable.Duration, rollout == mutants.Complete
	var err error
	switch o.Kind {
	case kube.KafkaKind.Kind:
		return c.awaitOperator(ctx, o, complete)
	case "Deployment":
		d := &appsv1.Deployment{ObjectMeta: meta}
		err = c.cluster.Await(ctx, d, limit, func() (bool, error) {
			want, s := wanted(d.Spec.Replicas), d.Status
			// Of several pods the first one has to be ready before the next one is made.
			made := s.ObservedGeneration >= d.Generation && s.UpdatedReplicas >= min(want, 1)
			finished := s.UpdatedReplicas >= want && s.AvailableReplicas >= want && s.Replicas == want
			return made && (finished || !complete), nil
		})
	case "StatefulSet":
		set := &appsv1.StatefulSet{ObjectMeta: meta}
		err = c.cluster.Await(ctx, set, limit, func() (bool, error) {
			want, s := wanted(set.Spec.Replicas), set.Status
			made := s.ObservedGeneration >= set.Generation && s.UpdatedReplicas >= want
			return made && (!complete || s.ReadyReplicas >= want && s.Replicas == want && s.CurrentRevision == s.UpdateRevision), nil
		})
	default:
		err = fmt.Errorf("a %s has no rollout to wait for", o.Kind)
	}
	switch {
	case err != nil:
		return err
	case complete:
		return c.awaitEnd(ctx, o)
	case rollout == mutants.Running:
		return c.awaitRunning(ctx, o, limit)
	}
	return nil
}

// awaitEnd waits until the pods of a workload that are told to end are gone.
func (c changer) awaitEnd(ctx context.Context, o mutants.Object) error {
	ending, err := c.cluster.EndingPodsOf(ctx, o.Kind, o.Namespace, o.Name)
	if err != nil {
		return err
	}
	for i := range ending {
		if err := c.cluster.AwaitGone(ctx, &ending[i], c.timeouts.ObjectDeleted.Duration); err != nil {
			return err
		}
	}
	return nil
}

func wanted(replicas *int32) int32 {
	if replicas == nil {
		return 1
	}
	return *replicas
}

// awaitRunning waits until the containers of all pods of a workload run.
func (c changer) awaitRunning(ctx context.Context, o mutants.Object, limit time.Duration) error {
	pods, err := c.cluster.PodsOf(ctx, o.Kind, o.Namespace, o.Name)
	if err != nil {
		return err
	}
	for i := range pods {
		pod := &pods[i]
		err := c.cluster.Await(ctx, pod, limit, func() (bool, error) {
			return !slices.ContainsFunc(kube.LastingContainers(pod), func(container corev1.Container) bool {
				_, status := kube.Container(pod, container.Name)
				return status == nil || status.State.Running == nil
			}), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
