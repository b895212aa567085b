package operator

import (
	"context"
	"fmt"

	"assay.dev/assay/hermetic/strimzi/cluster"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// apply makes the object as it is given by server-side apply: the server
// creates it, reverts what others changed of the given fields, or does nothing.
func apply(ctx context.Context, c client.Client, object client.Object) error {
	kind := object.GetObjectKind().GroupVersionKind().Kind
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return fmt.Errorf("encode %s %s: %w", kind, object.GetName(), err)
	}
	wanted := &unstructured.Unstructured{Object: content}
	unstructured.RemoveNestedField(wanted.Object, "status")
	unstructured.RemoveNestedField(wanted.Object, "metadata", "creationTimestamp")
	err = c.Apply(ctx, client.ApplyConfigurationFromUnstructured(wanted),
		client.FieldOwner(cluster.ManagedBy), client.ForceOwnership)
	if err != nil {
		return fmt.Errorf("apply %s %s: %w", kind, object.GetName(), err)
	}
	return nil
}

// applyAll applies objects in order and stops at the first error.
func applyAll(ctx context.Context, c client.Client, objects []client.Object) error {
	for _, object := range objects {
		if err := apply(ctx, c, object); err != nil {
			return err
		}
	}
	return nil
}

// objects makes a list of client objects out of one of concrete types.
func objects[T client.Object](list ...T) []client.Object {
	all := make([]client.Object, 0, len(list))
	for _, object := range list {
		all = append(all, object)
	}
	return all
}
