package operator

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/standins/strimzi/cluster"
)

// applier makes objects as they are given by server-side apply: the server
// creates them, reverts what others changed of the given fields, or does
// nothing. A cluster has some twenty objects and is looked at for every change
// of a pod, so the applier spares the server what it has applied before and
// nobody has touched since.
type applier struct {
	mu      sync.Mutex
	applied map[string]appliedVersion
}

// appliedVersion is what was asked for and the object's version afterwards.
type appliedVersion struct {
	wanted  string
	version string
}

func (a *applier) apply(ctx context.Context, c client.Client, object client.Object) error {
	kind := object.GetObjectKind().GroupVersionKind().Kind
	wanted, text, err := encode(object)
	if err != nil {
		return fmt.Errorf("encode %s %s: %w", kind, object.GetName(), err)
	}
	id := fmt.Sprintf("%s/%s/%s", kind, object.GetNamespace(), object.GetName())
	version, err := currentVersion(ctx, c, object)
	if err != nil {
		return fmt.Errorf("read %s %s: %w", kind, object.GetName(), err)
	}
	a.mu.Lock()
	last := a.applied[id]
	a.mu.Unlock()
	if version != "" && last == (appliedVersion{wanted: text, version: version}) {
		return nil
	}
	err = c.Apply(ctx, client.ApplyConfigurationFromUnstructured(wanted),
		client.FieldOwner(cluster.ManagedBy), client.ForceOwnership)
	if err != nil {
		return fmt.Errorf("apply %s %s: %w", kind, object.GetName(), err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.applied == nil {
		a.applied = map[string]appliedVersion{}
	}
	// the answer of the server was decoded into wanted
	a.applied[id] = appliedVersion{wanted: text, version: wanted.GetResourceVersion()}
	return nil
}

// applyAll applies objects in order and stops at the first error.
func (a *applier) applyAll(ctx context.Context, c client.Client, objects []client.Object) error {
	for _, object := range objects {
		if err := a.apply(ctx, c, object); err != nil {
			return err
		}
	}
	return nil
}

// encode gives the object's wanted fields, also as text.
func encode(object client.Object) (*unstructured.Unstructured, string, error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, "", err
	}
	wanted := &unstructured.Unstructured{Object: content}
	unstructured.RemoveNestedField(wanted.Object, "status")
	unstructured.RemoveNestedField(wanted.Object, "metadata", "creationTimestamp")
	text, err := json.Marshal(wanted.Object)
	return wanted, string(text), err
}

// currentVersion is the cached resource version of an object, empty for none.
func currentVersion(ctx context.Context, c client.Client, object client.Object) (string, error) {
	fresh, err := c.Scheme().New(object.GetObjectKind().GroupVersionKind())
	if err != nil {
		return "", err
	}
	existing, ok := fresh.(client.Object)
	if !ok {
		return "", fmt.Errorf("%T is not an object", fresh)
	}
	err = c.Get(ctx, client.ObjectKeyFromObject(object), existing)
	if apierrors.IsNotFound(err) {
		return "", nil
	}
	return existing.GetResourceVersion(), err
}

// objects makes a list of client objects out of one of concrete types.
func objects[T client.Object](list ...T) []client.Object {
	all := make([]client.Object, 0, len(list))
	for _, object := range list {
		all = append(all, object)
	}
	return all
}
