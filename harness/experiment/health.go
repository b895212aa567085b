package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// Pods is the health of everything that the specification lists: nodes, the six
// deployments, and the infrastructure.
type Pods struct {
	Cluster *kube.Cluster
	Spec    *spec.Spec
}

// Ready implements Health.
func (p Pods) Ready(ctx context.Context) (time.Time, error) {
	timeouts := p.Spec.Timeouts
	var since time.Time
	var ill []string
	var last error
	err := wait.PollUntilContextCancel(ctx, timeouts.PollInterval.Duration, true, func(ctx context.Context) (bool, error) {
		at := time.Now()
		found, err := p.ill(ctx)
		ill, last = found, err
		switch {
		case err != nil || len(ill) > 0:
			since = time.Time{}
		case since.IsZero():
			since = at
		case at.Sub(since) >= timeouts.StableFor.Duration:
			return true, nil
		}
		return false, nil
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("not ready: %w", errors.Join(last, errors.New(strings.Join(ill, "; ")), err))
	}
	return since, nil
}

// ill says what is not as it should be.
func (p Pods) ill(ctx context.Context) ([]string, error) {
	var nodes corev1.NodeList
	var pods corev1.PodList
	var deployments appsv1.DeploymentList
	var sets appsv1.StatefulSetList
	if err := errors.Join(p.Cluster.List(ctx, &nodes), p.Cluster.List(ctx, &pods),
		p.Cluster.List(ctx, &deployments), p.Cluster.List(ctx, &sets)); err != nil {
		return nil, fmt.Errorf("read the state of the platform: %w", err)
	}
	var ill []string
	for _, node := range nodes.Items {
		for _, condition := range node.Status.Conditions {
			if condition.Type == corev1.NodeReady && condition.Status != corev1.ConditionTrue {
				ill = append(ill, "node "+node.Name+" is not ready")
			}
		}
	}
	ours := p.Spec.OwnNamespaces()
	for i := range pods.Items {
		pod := &pods.Items[i]
		if slices.Contains(ours, pod.Namespace) && pod.Labels["app.kubernetes.io/managed-by"] != "assay" && !well(pod) {
			ill = append(ill, "pod "+pod.Namespace+"/"+pod.Name+" is not ready")
		}
	}
	for i := range deployments.Items {
		if d := &deployments.Items[i]; slices.Contains(ours, d.Namespace) && !complete(d) {
			ill = append(ill, "deployment "+d.Namespace+"/"+d.Name+" is not complete")
		}
	}
	for _, set := range sets.Items {
		if slices.Contains(ours, set.Namespace) && (set.Spec.Replicas == nil || set.Status.ReadyReplicas != *set.Spec.Replicas) {
			ill = append(ill, "stateful set "+set.Namespace+"/"+set.Name+" misses pods")
		}
	}
	return append(ill, p.missing(pods.Items)...), nil
}

// missing says which of what no built-in controller counts has no pod: broker and
// ZooKeeper are owned by sets of their operator's.
func (p Pods) missing(pods []corev1.Pod) []string {
	var found []string
	for _, item := range p.Spec.Infrastructure {
		if item.Kind != "StrimziPodSet" {
			continue
		}
		there := 0
		for i := range pods {
			if pods[i].Namespace == item.Namespace && pods[i].Labels["strimzi.io/name"] == item.Name {
				there++
			}
		}
		if there != item.Replicas {
			found = append(found, fmt.Sprintf("%s %s/%s has %d of %d pods", item.Kind, item.Namespace, item.Name, there, item.Replicas))
		}
	}
	return found
}

// well reports whether a pod serves, or has ended as it should. One that is on
// its way out is neither.
func well(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.DeletionTimestamp == nil && kube.PodReady(pod)
}

// complete reports whether a deployment has exactly the pods that it wants, all
// of its present template.
func complete(d *appsv1.Deployment) bool {
	wanted := int32(1)
	if d.Spec.Replicas != nil {
		wanted = *d.Spec.Replicas
	}
	status := d.Status
	return status.ObservedGeneration == d.Generation && status.Replicas == wanted &&
		status.UpdatedReplicas == wanted && status.AvailableReplicas == wanted
}
