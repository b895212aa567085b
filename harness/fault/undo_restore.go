package fault

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// backup is the key of the copy in a backup, which is a Secret since what is
// copied may be one.
const backup = "object"

// copied is the value of the step that removes a copy.
const copied = "copy"

// save copies an object as it is into a Secret beside the journal, and returns
// the steps that bring it back and remove the copy.
func (l *Lab) save(ctx context.Context, fault string, u Undo) ([]Undo, error) {
	object := u.object()
	if err := l.Cluster.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
		return nil, fmt.Errorf("save %s %s/%s: %w", u.Kind, u.Namespace, u.Name, err)
	}
	content, err := json.Marshal(stripped(object).Object)
	if err != nil {
		return nil, fmt.Errorf("save %s %s/%s: %w", u.Kind, u.Namespace, u.Name, err)
	}
	stored := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: journalNamespace, Name: "assay-backup-" + fault, Labels: Labels(fault)},
		Data:       map[string][]byte{backup: content},
	}
	if err := l.Cluster.Create(ctx, stored); err != nil {
		return nil, fmt.Errorf("save %s %s/%s: %w", u.Kind, u.Namespace, u.Name, err)
	}
	removal, err := l.removal(stored)
	if err != nil {
		return nil, err
	}
	removal.Value = copied
	u.Do, u.Value = restore, stored.Name
	return []Undo{u, removal}, nil
}

// stripped is an object without what the API server writes into it.
func stripped(object *unstructured.Unstructured) *unstructured.Unstructured {
	object = object.DeepCopy()
	for _, field := range []string{"resourceVersion", "uid", "generation", "creationTimestamp", "deletionTimestamp", "managedFields", "finalizers"} {
		unstructured.RemoveNestedField(object.Object, "metadata", field)
	}
	unstructured.RemoveNestedField(object.Object, "status")
	return object
}

// saved returns the copy that a step names, nil where it has been removed: then
// the object was restored.
func (l *Lab) saved(ctx context.Context, u Undo) (*unstructured.Unstructured, error) {
	var stored corev1.Secret
	err := l.Cluster.Get(ctx, client.ObjectKey{Namespace: journalNamespace, Name: u.Value}, &stored)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the copy of %s %s/%s: %w", u.Kind, u.Namespace, u.Name, err)
	}
	object := &unstructured.Unstructured{}
	if err := json.Unmarshal(stored.Data[backup], &object.Object); err != nil {
		return nil, fmt.Errorf("read the copy of %s %s/%s: %w", u.Kind, u.Namespace, u.Name, err)
	}
	return object, nil
}

// restored are the parts of an object that are brought back. What controllers note
// in its metadata is theirs.
var restored = []string{"data", "spec"}

// restore makes an object what its copy says. One that is being deleted has to go
// first: what its finalizers stand for happens to the old one.
func (l *Lab) restore(ctx context.Context, u Undo) error {
	want, err := l.saved(ctx, u)
	if err != nil || want == nil {
		return err
	}
	now := u.object()
	err = l.Cluster.Get(ctx, client.ObjectKeyFromObject(now), now)
	if err == nil && now.GetDeletionTimestamp() != nil {
		if err := l.awaitGone(ctx, now, l.Spec.Timeouts.FaultResidue.Duration); err != nil {
			return err
		}
		err = l.Cluster.Get(ctx, client.ObjectKeyFromObject(now), now)
	}
	switch {
	case apierrors.IsNotFound(err):
		err = l.Cluster.Create(ctx, want)
	case err == nil:
		for _, field := range restored {
			delete(now.Object, field)
			if value, there := want.Object[field]; there {
				now.Object[field] = value
			}
		}
		err = l.Cluster.Update(ctx, now)
	}
	if err != nil {
		return fmt.Errorf("restore %s %s/%s: %w", u.Kind, u.Namespace, u.Name, err)
	}
	return nil
}

func (l *Lab) unrestored(ctx context.Context, u Undo) ([]string, error) {
	want, err := l.saved(ctx, u)
	if err != nil || want == nil {
		return nil, err
	}
	now := u.object()
	err = l.Cluster.Get(ctx, client.ObjectKeyFromObject(now), now)
	if apierrors.IsNotFound(err) {
		return []string{fmt.Sprintf("%s %s/%s is missing", u.Kind, u.Namespace, u.Name)}, nil
	}
	if err != nil {
		return nil, err
	}
	now = stripped(now)
	for _, field := range restored {
		if !reflect.DeepEqual(now.Object[field], want.Object[field]) {
			return []string{fmt.Sprintf("%s %s/%s is not what it was: %s differs", u.Kind, u.Namespace, u.Name, field)}, nil
		}
	}
	return nil, nil
}
