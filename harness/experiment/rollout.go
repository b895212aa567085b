package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// Rollouts changes deployments as people and pipelines do, and waits for what
// comes of it.
type Rollouts struct {
	Cluster  *kube.Cluster
	Timeouts spec.Timeouts
}

// revisionAnnotation is where Kubernetes counts a deployment's revisions.
const revisionAnnotation = "deployment.kubernetes.io/revision"

func (r Rollouts) get(ctx context.Context, key client.ObjectKey) (*appsv1.Deployment, error) {
	d := &appsv1.Deployment{}
	if err := r.Cluster.Get(ctx, key, d); err != nil {
		return nil, fmt.Errorf("look at deployment %s: %w", key, err)
	}
	return d, nil
}

// Change rolls a change of a deployment's template out, and does not wait.
func (r Rollouts) Change(ctx context.Context, key client.ObjectKey, change func(*corev1.PodTemplateSpec)) error {
	d, err := r.get(ctx, key)
	if err != nil {
		return err
	}
	before := d.DeepCopy()
	change(&d.Spec.Template)
	if err := r.Cluster.Patch(ctx, d, client.StrategicMergeFrom(before)); err != nil {
		return fmt.Errorf("change the template of deployment %s: %w", key, err)
	}
	return nil
}

// Undo gives a deployment the template of its revision before, as kubectl's
// rollout undo does, and does not wait.
func (r Rollouts) Undo(ctx context.Context, key client.ObjectKey) error {
	d, err := r.get(ctx, key)
	if err != nil {
		return err
	}
	var sets appsv1.ReplicaSetList
	if err := r.Cluster.List(ctx, &sets, client.InNamespace(key.Namespace)); err != nil {
		return fmt.Errorf("list the revisions of deployment %s: %w", key, err)
	}
	now := revision(d.Annotations)
	var prior *appsv1.ReplicaSet
	for i := range sets.Items {
		set := &sets.Items[i]
		owned := len(set.OwnerReferences) == 1 && set.OwnerReferences[0].UID == d.UID
		if owned && revision(set.Annotations) < now && (prior == nil || revision(set.Annotations) > revision(prior.Annotations)) {
			prior = set
		}
	}
	if prior == nil {
		return fmt.Errorf("deployment %s has no revision before %d", key, now)
	}
	template := prior.Spec.Template.DeepCopy()
	delete(template.Labels, appsv1.DefaultDeploymentUniqueLabelKey)
	// The whole template is replaced: what the present one has in addition goes.
	patch, err := json.Marshal([]map[string]any{{"op": "replace", "path": "/spec/template", "value": template}})
	if err != nil {
		return fmt.Errorf("undo deployment %s: %w", key, err)
	}
	if err := r.Cluster.Patch(ctx, d, client.RawPatch(types.JSONPatchType, patch)); err != nil {
		return fmt.Errorf("undo deployment %s: %w", key, err)
	}
	return nil
}

func revision(annotations map[string]string) int64 {
	n, err := strconv.ParseInt(annotations[revisionAnnotation], 10, 64)
	if err != nil {
		return 0 // not counted yet
	}
	return n
}

// Scale sets a deployment's replicas, and does not wait.
func (r Rollouts) Scale(ctx context.Context, key client.ObjectKey, replicas int32) error {
	d, err := r.get(ctx, key)
	if err != nil {
		return err
	}
	before := d.DeepCopy()
	d.Spec.Replicas = &replicas
	if err := r.Cluster.Patch(ctx, d, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("scale deployment %s to %d: %w", key, replicas, err)
	}
	return nil
}

// Complete waits until a deployment has exactly the pods that it wants.
func (r Rollouts) Complete(ctx context.Context, key client.ObjectKey) error {
	d, err := r.get(ctx, key)
	if err != nil {
		return err
	}
	return r.Cluster.Await(ctx, d, r.Timeouts.Rollout.Duration, func() (bool, error) { return complete(d), nil })
}

// Failed waits until Kubernetes says that a deployment makes no progress.
func (r Rollouts) Failed(ctx context.Context, key client.ObjectKey) error {
	d, err := r.get(ctx, key)
	if err != nil {
		return err
	}
	return r.Cluster.Await(ctx, d, r.Timeouts.RolloutFailed.Duration, func() (bool, error) {
		for _, condition := range d.Status.Conditions {
			if condition.Type == appsv1.DeploymentProgressing && condition.Reason == "ProgressDeadlineExceeded" {
				return d.Status.ObservedGeneration == d.Generation, nil
			}
		}
		return false, nil
	})
}
