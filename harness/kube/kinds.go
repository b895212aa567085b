package kube

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Kinds that the platform uses and that have no Go types here.
var (
	KafkaKind        = schema.GroupVersionKind{Group: "kafka.strimzi.io", Version: "v1beta2", Kind: "Kafka"}
	KafkaTopicKind   = schema.GroupVersionKind{Group: "kafka.strimzi.io", Version: "v1beta2", Kind: "KafkaTopic"}
	PodSetKind       = schema.GroupVersionKind{Group: "core.strimzi.io", Version: "v1beta2", Kind: "StrimziPodSet"}
	ComponentKind    = schema.GroupVersionKind{Group: "dapr.io", Version: "v1alpha1", Kind: "Component"}
	ResiliencyKind   = schema.GroupVersionKind{Group: "dapr.io", Version: "v1alpha1", Kind: "Resiliency"}
	SubscriptionKind = schema.GroupVersionKind{Group: "dapr.io", Version: "v2alpha1", Kind: "Subscription"}
)

// NewKind returns an empty object of a kind without Go types.
func NewKind(kind schema.GroupVersionKind, namespace, name string) *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kind)
	object.SetNamespace(namespace)
	object.SetName(name)
	return object
}

// GetKind reads one object of a kind without Go types.
func (c *Cluster) GetKind(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, error) {
	object := NewKind(kind, namespace, name)
	if err := c.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
		return nil, fmt.Errorf("read %s %s/%s: %w", kind.Kind, namespace, name, err)
	}
	return object, nil
}

// ListKind lists the objects of a kind without Go types, in all namespaces if
// namespace is empty.
func (c *Cluster) ListKind(ctx context.Context, kind schema.GroupVersionKind, namespace string) ([]unstructured.Unstructured, error) {
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
	if err := c.List(ctx, list, client.InNamespace(namespace)); err != nil {
		return nil, fmt.Errorf("list %s: %w", kind.Kind, err)
	}
	return list.Items, nil
}

// Ready reports whether an object's condition Ready is true for its present
// generation, and what its conditions say.
func Ready(object *unstructured.Unstructured) (ready bool, reason string) {
	observed, _, _ := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	reason = "no condition"
	for i, entry := range conditions {
		condition, _ := entry.(map[string]any)
		text := fmt.Sprintf("%v=%v", condition["type"], condition["status"])
		for _, detail := range []string{"reason", "message"} {
			if value, ok := condition[detail]; ok {
				text += fmt.Sprintf(" %v", value)
			}
		}
		if i == 0 {
			reason = text
		} else {
			reason += ", " + text
		}
		if condition["type"] == "Ready" && condition["status"] == "True" {
			ready = true
		}
	}
	if observed < object.GetGeneration() {
		return false, fmt.Sprintf("%s, for generation %d of %d", reason, observed, object.GetGeneration())
	}
	return ready, reason
}
