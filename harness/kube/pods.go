package kube

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// PodsOf returns the pods of a Deployment, StatefulSet, DaemonSet or
// StrimziPodSet that are not being deleted. Pods that have ended, such as evicted ones,
// stay for a while; their controllers do not count them, and so they are left out.
func (c *Cluster) PodsOf(ctx context.Context, kind, namespace, name string) ([]corev1.Pod, error) {
	staying, _, err := c.podsOf(ctx, kind, namespace, name)
	return staying, err
}

// EndingPodsOf returns the other pods of such a workload: who is told to end may
// still work.
func (c *Cluster) EndingPodsOf(ctx context.Context, kind, namespace, name string) ([]corev1.Pod, error) {
	_, ending, err := c.podsOf(ctx, kind, namespace, name)
	return ending, err
}

func (c *Cluster) podsOf(ctx context.Context, kind, namespace, name string) (staying, ending []corev1.Pod, err error) {
	chosen, err := c.selectorOf(ctx, kind, client.ObjectKey{Namespace: namespace, Name: name})
	if err != nil {
		return nil, nil, fmt.Errorf("find the pods of %s %s/%s: %w", kind, namespace, name, err)
	}
	selector, err := metav1.LabelSelectorAsSelector(chosen)
	if err != nil {
		return nil, nil, fmt.Errorf("find the pods of %s %s/%s: %w", kind, namespace, name, err)
	}
	if selector.Empty() {
		return nil, nil, fmt.Errorf("%s %s/%s selects every pod", kind, namespace, name)
	}
	var list corev1.PodList
	if err := c.List(ctx, &list, client.InNamespace(namespace), client.MatchingLabelsSelector{Selector: selector}); err != nil {
		return nil, nil, fmt.Errorf("list the pods of %s %s/%s: %w", kind, namespace, name, err)
	}
	for _, pod := range list.Items {
		if pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded {
			continue
		}
		if pod.DeletionTimestamp == nil {
			staying = append(staying, pod)
		} else {
			ending = append(ending, pod)
		}
	}
	return staying, ending, nil
}

func (c *Cluster) selectorOf(ctx context.Context, kind string, key client.ObjectKey) (*metav1.LabelSelector, error) {
	switch kind {
	case "Deployment":
		var d appsv1.Deployment
		err := c.Get(ctx, key, &d)
		return d.Spec.Selector, err
	case "StatefulSet":
		var s appsv1.StatefulSet
		err := c.Get(ctx, key, &s)
		return s.Spec.Selector, err
	case "DaemonSet":
		var d appsv1.DaemonSet
		err := c.Get(ctx, key, &d)
		return d.Spec.Selector, err
	case PodSetKind.Kind:
		set, err := c.GetKind(ctx, PodSetKind, key.Namespace, key.Name)
		if err != nil {
			return nil, err
		}
		labels, _, err := unstructured.NestedStringMap(set.Object, "spec", "selector", "matchLabels")
		return &metav1.LabelSelector{MatchLabels: labels}, err
	}
	return nil, fmt.Errorf("no pods are known to belong to a %s", kind)
}

// Container returns a container of a pod and its status by name. A native sidecar
// is among the init containers. Either is nil if there is none.
func Container(pod *corev1.Pod, name string) (*corev1.Container, *corev1.ContainerStatus) {
	var found *corev1.Container
	var status *corev1.ContainerStatus
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			if list[i].Name == name {
				found = &list[i]
			}
		}
	}
	for _, list := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for i := range list {
			if list[i].Name == name {
				status = &list[i]
			}
		}
	}
	return found, status
}

// LastingContainers returns the containers of a pod that run as long as it does:
// its containers, and its native sidecars.
func LastingContainers(pod *corev1.Pod) []corev1.Container {
	var all []corev1.Container
	for _, c := range pod.Spec.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			all = append(all, c)
		}
	}
	return append(all, pod.Spec.Containers...)
}
