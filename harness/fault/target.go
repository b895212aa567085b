package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// The kinds of what owns pods.
const (
	deployment  = "Deployment"
	statefulSet = "StatefulSet"
	podSet      = "StrimziPodSet"
)

// target names pods by what owns them.
type target struct {
	kind, namespace string
	// name is the owner's; empty for the only Deployment of the namespace.
	name string
	// port is where it listens, 0 where nobody asks.
	port int
	// most is how many of its pods are hit, 0 for all.
	most int
}

func (t target) String() string { return t.namespace + "/" + t.name }

// pods returns the pods of targets that are not going away, no more of each than may be
// hit, the first by their names. A target without a pod is an error: there is nothing to
// break.
func (l *Lab) pods(ctx context.Context, targets ...target) ([]corev1.Pod, error) {
	var found []corev1.Pod
	for _, t := range targets {
		selector, err := l.selector(ctx, t)
		if err != nil {
			return nil, err
		}
		var list corev1.PodList
		if err := l.Cluster.List(ctx, &list, client.InNamespace(t.namespace), selector); err != nil {
			return nil, fmt.Errorf("list the pods of %s: %w", t, err)
		}
		running := slices.DeleteFunc(list.Items, func(pod corev1.Pod) bool {
			return pod.DeletionTimestamp != nil || pod.Status.Phase != corev1.PodRunning
		})
		if len(running) == 0 {
			return nil, fmt.Errorf("%s %s has no running pod", t.kind, t)
		}
		if t.most > 0 && len(running) > t.most {
			slices.SortFunc(running, func(a, b corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
			running = running[:t.most]
		}
		found = append(found, running...)
	}
	return found, nil
}

// selector returns what selects the pods of a target.
func (l *Lab) selector(ctx context.Context, t target) (client.ListOption, error) {
	var by *metav1.LabelSelector
	switch t.kind {
	case podSet:
		return client.MatchingLabels{"strimzi.io/name": t.name}, nil
	case statefulSet:
		var set appsv1.StatefulSet
		if err := l.Cluster.Get(ctx, client.ObjectKey{Namespace: t.namespace, Name: t.name}, &set); err != nil {
			return nil, fmt.Errorf("find %s %s: %w", t.kind, t, err)
		}
		by = set.Spec.Selector
	case deployment:
		found, err := l.deployment(ctx, t)
		if err != nil {
			return nil, err
		}
		by = found.Spec.Selector
	default:
		return nil, fmt.Errorf("pods of a %s are not known how to be found", t.kind)
	}
	selector, err := metav1.LabelSelectorAsSelector(by)
	if err != nil {
		return nil, fmt.Errorf("find the pods of %s: %w", t, err)
	}
	return client.MatchingLabelsSelector{Selector: selector}, nil
}

// deployment returns the deployment that a target names.
func (l *Lab) deployment(ctx context.Context, t target) (*appsv1.Deployment, error) {
	if t.name != "" {
		var found appsv1.Deployment
		if err := l.Cluster.Get(ctx, client.ObjectKey{Namespace: t.namespace, Name: t.name}, &found); err != nil {
			return nil, fmt.Errorf("find deployment %s: %w", t, err)
		}
		return &found, nil
	}
	var list appsv1.DeploymentList
	if err := l.Cluster.List(ctx, &list, client.InNamespace(t.namespace)); err != nil {
		return nil, fmt.Errorf("list the deployments of %s: %w", t.namespace, err)
	}
	if len(list.Items) != 1 {
		return nil, fmt.Errorf("%s has %d deployments, want one", t.namespace, len(list.Items))
	}
	return &list.Items[0], nil
}

// names are pods as Blast lists them.
func names(pods ...[]corev1.Pod) []string {
	var found []string
	for _, some := range pods {
		for _, pod := range some {
			found = append(found, pod.Namespace+"/"+pod.Name)
		}
	}
	return found
}

// each looks at each of some pods and joins what was seen. A pod that was not seen as it
// has to be is an error, and so are no pods.
func each(pods []corev1.Pod, inspect func(*corev1.Pod) (string, error)) (string, error) {
	if len(pods) == 0 {
		return "", errors.New("there is no pod to inspect")
	}
	var seen []string
	for i := range pods {
		text, err := inspect(&pods[i])
		if err != nil {
			return "", err
		}
		seen = append(seen, text)
	}
	return strings.Join(seen, "; "), nil
}
