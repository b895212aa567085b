package fault

import (
	"context"
	"fmt"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// scaling is the step that gives a workload its replicas back.
func scaling(t target, name string, replicas int32) Undo {
	return Undo{
		Do: scale, Group: "apps", Version: "v1", Kind: t.kind, Namespace: t.namespace, Name: name,
		Value: strconv.Itoa(int(replicas)),
	}
}

// scaleTo sets a workload's replicas.
func (l *Lab) scaleTo(ctx context.Context, u Undo, replicas string) error {
	patch := fmt.Appendf(nil, `{"spec":{"replicas":%s}}`, replicas)
	if err := l.Cluster.Patch(ctx, u.object(), client.RawPatch(types.MergePatchType, patch)); err != nil {
		return fmt.Errorf("scale %s %s/%s to %s: %w", u.Kind, u.Namespace, u.Name, replicas, err)
	}
	return nil
}

func (l *Lab) scaleBack(ctx context.Context, u Undo) error { return l.scaleTo(ctx, u, u.Value) }

func (l *Lab) unscaled(ctx context.Context, u Undo) ([]string, error) {
	object := u.object()
	err := l.Cluster.Get(ctx, client.ObjectKeyFromObject(object), object)
	if apierrors.IsNotFound(err) {
		return []string{u.Kind + " " + u.Namespace + "/" + u.Name + " is gone"}, nil
	}
	if err != nil {
		return nil, err
	}
	replicas, _, err := unstructured.NestedInt64(object.Object, "spec", "replicas")
	if err != nil {
		return nil, err
	}
	if got := strconv.FormatInt(replicas, 10); got != u.Value {
		return []string{fmt.Sprintf("%s %s/%s wants %s replicas instead of %s", u.Kind, u.Namespace, u.Name, got, u.Value)}, nil
	}
	return nil, nil
}
