package install

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"assay.dev/assay/harness/kube"
)

// PubSub is the probe's pub/sub component, and its policies: what the applications'
// have, under another name and in the probe's scope alone. A scope that is added to
// the applications' component would make each of their sidecars load it again, and one
// that is added to their policies would restart each of them (Dapr 1.18, hot reloading).
const PubSub = "assay-probe-pubsub"

// access returns the component and the policies without content.
func (p *Probe) access() []*unstructured.Unstructured {
	var objects []*unstructured.Unstructured
	for _, kind := range []schema.GroupVersionKind{kube.ComponentKind, kube.ResiliencyKind} {
		object := kube.NewKind(kind, p.namespace(), PubSub)
		object.SetLabels(labels())
		object.Object["scopes"] = []any{App}
		objects = append(objects, object)
	}
	return objects
}

// installAccess makes the component and the policies of those that are there now.
func (p *Probe) installAccess(ctx context.Context) error {
	policies := p.Spec.Dapr.Resiliency
	for i, from := range []string{policies.Component, policies.Name} {
		object := p.access()[i]
		original, err := p.Cluster.GetKind(ctx, object.GroupVersionKind(), p.namespace(), from)
		if err != nil {
			return fmt.Errorf("copy %s for the probe: %w", from, err)
		}
		for _, field := range []string{"spec", "auth"} {
			if value, ok := original.Object[field]; ok {
				object.Object[field] = runtime.DeepCopyJSONValue(value)
			}
		}
		if object.GetKind() == kube.ResiliencyKind.Kind {
			if err := retarget(object, policies.Component); err != nil {
				return fmt.Errorf("copy %s for the probe: %w", from, err)
			}
		}
		if err := p.Cluster.Create(ctx, object); err != nil {
			return fmt.Errorf("make %s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
	return nil
}

// retarget leaves the policies for the probe's component alone, as they are for
// another one.
func retarget(resiliency *unstructured.Unstructured, from string) error {
	target, found, err := unstructured.NestedFieldNoCopy(resiliency.Object, "spec", "targets", "components", from)
	if err != nil || !found {
		return errors.Join(fmt.Errorf("%s names no policies for the component %s", resiliency.GetName(), from), err)
	}
	return unstructured.SetNestedField(resiliency.Object, map[string]any{"components": map[string]any{PubSub: target}}, "spec", "targets")
}

// removeAccess removes both, once no sidecar uses them.
func (p *Probe) removeAccess(ctx context.Context) error {
	var problems []error
	for _, object := range p.access() {
		// A cluster without the kind has none of it.
		if err := p.Cluster.Remove(ctx, object, p.Spec.Timeouts.ObjectDeleted.Duration); !meta.IsNoMatchError(err) {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}
