package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// stuck says that an object could not go for its finalizers, which were freed:
// what they stood for may not have been undone.
type stuck struct {
	object     string
	finalizers []string
}

// Error implements error.
func (s *stuck) Error() string {
	return fmt.Sprintf("%s was stuck on the finalizers %s, which had to be freed", s.object, strings.Join(s.finalizers, ", "))
}

// remove deletes an object and waits until it is gone. One that is held by its
// finalizers for longer than residue may last is freed of them, and reported.
func (l *Lab) remove(ctx context.Context, u Undo) error {
	object := u.object()
	if err := l.Cluster.Delete(ctx, object, client.GracePeriodSeconds(0)); err != nil {
		return client.IgnoreNotFound(err)
	}
	err := l.awaitGone(ctx, object, l.Spec.Timeouts.FaultResidue.Duration)
	if err == nil || !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
		return err
	}
	finalizers := object.GetFinalizers()
	if len(finalizers) == 0 {
		return fmt.Errorf("%s is deleted, held by nothing, and not gone: %w", u, err)
	}
	free := []byte(`{"metadata":{"finalizers":null}}`)
	if err := l.Cluster.Patch(ctx, object, client.RawPatch(types.MergePatchType, free)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("free %s of its finalizers: %w", u, err)
	}
	return &stuck{object: u.Kind + " " + u.Namespace + "/" + u.Name, finalizers: finalizers}
}

// awaitGone polls until an object is gone, and keeps it up to date meanwhile.
func (l *Lab) awaitGone(ctx context.Context, object *unstructured.Unstructured, timeout time.Duration) error {
	err := wait.PollUntilContextTimeout(ctx, l.Spec.Timeouts.PollInterval.Duration, timeout, true, func(ctx context.Context) (bool, error) {
		err := l.Cluster.Get(ctx, client.ObjectKeyFromObject(object), object)
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	})
	if err != nil {
		return fmt.Errorf("wait %s until %s is gone: %w", timeout, object.GetName(), err)
	}
	return nil
}

func (l *Lab) unremoved(ctx context.Context, u Undo) ([]string, error) {
	object := u.object()
	err := l.Cluster.Get(ctx, client.ObjectKeyFromObject(object), object)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%s %s/%s", u.Kind, u.Namespace, u.Name)
	if object.GetDeletionTimestamp() != nil {
		text += fmt.Sprintf(", being deleted, held by %v", object.GetFinalizers())
	}
	return []string{text}, nil
}
