package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// Undo is one step of undoing a fault, as the journal keeps it. A step may be
// done again, and may be done before what it undoes has happened.
type Undo struct {
	Do action `json:"do"`
	// Group, Version and Kind are those of the object, Namespace and Name say which.
	Group     string `json:"group,omitempty"`
	Version   string `json:"version,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	// Value is what the step restores, in the form that its action wants.
	Value string `json:"value,omitempty"`
	// Node and UID find a pod's processes without the API server's help.
	Node string `json:"node,omitempty"`
	UID  string `json:"uid,omitempty"`
}

// String names the step for people.
func (u Undo) String() string {
	where := u.Namespace + "/" + u.Name
	if u.Namespace == "" {
		where = u.Name
	}
	return fmt.Sprintf("%s %s %s", u.Do, u.Kind, where)
}

func (u Undo) object() *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(schema.GroupVersionKind{Group: u.Group, Version: u.Version, Kind: u.Kind})
	object.SetNamespace(u.Namespace)
	object.SetName(u.Name)
	return object
}

// action is what a step does.
type action string

// The actions, one file each.
const (
	remove   action = "remove"   // undo_remove.go
	scale    action = "scale"    // undo_scale.go
	restore  action = "restore"  // undo_restore.go
	reimage  action = "reimage"  // undo_reimage.go
	start    action = "start"    // node.go
	unfreeze action = "unfreeze" // undo_process.go
	evict    action = "evict"    // undo_process.go
	scrub    action = "scrub"    // undo_scrub.go
	unfill   action = "unfill"   // disk.go
	unlimit  action = "unlimit"  // writelimit.go
	rewind   action = "rewind"   // undo_rewind.go
	vacate   action = "vacate"   // undo_vacate.go
	skip     action = "skip"     // undo_skip.go
)

// undo does one step.
func (l *Lab) undo(ctx context.Context, u Undo) error {
	switch u.Do {
	case remove:
		return l.remove(ctx, u)
	case scale:
		return l.scaleBack(ctx, u)
	case restore:
		return l.restore(ctx, u)
	case reimage:
		return l.reimage(ctx, u)
	case start:
		return l.startNode(ctx, u)
	case unfreeze:
		return l.unfreeze(ctx, u)
	case evict:
		return l.evict(ctx, u)
	case scrub:
		return l.scrub(ctx, u)
	case unfill:
		return l.unfill(ctx, u)
	case rewind:
		return l.rewind(ctx, u)
	case vacate:
		return l.vacate(ctx, u)
	case unlimit:
		return l.unlimit(ctx, u)
	case skip:
		return l.skipPoison(ctx, u)
	}
	return fmt.Errorf("the journal wants %q, which this version does not know", u.Do)
}

// left lists what the steps should have undone and have not.
func (l *Lab) left(ctx context.Context, undos []Undo) ([]string, error) {
	found, err := l.leftOf(ctx, undos)
	return slices.Concat(found...), err
}

// parallelReads is how many steps are looked at side by side: what an API server's
// connections into pods bear beside a suite's own.
const parallelReads = 8

// leftOf is left, step by step.
func (l *Lab) leftOf(ctx context.Context, undos []Undo) ([][]string, error) {
	read := map[action]func(context.Context, Undo) ([]string, error){
		remove: l.unremoved, scale: l.unscaled, restore: l.unrestored, reimage: l.unimaged, start: l.unstarted,
		unfreeze: l.frozen, evict: l.guests, scrub: l.unscrubbed, unfill: l.filled, unlimit: l.limited, rewind: l.unrewound,
		vacate: vacated, skip: l.unskipped,
	}
	found, failures := make([][]string, len(undos)), make([]error, len(undos))
	var group errgroup.Group
	group.SetLimit(parallelReads)
	for i, u := range undos {
		group.Go(func() error {
			some, err := read[u.Do](ctx, u)
			if err != nil {
				failures[i] = fmt.Errorf("look for what %s left: %w", u, err)
			}
			found[i] = some
			return nil
		})
	}
	return found, errors.Join(append(failures, group.Wait())...)
}

// removal is the step that removes an object.
func (l *Lab) removal(object client.Object) (Undo, error) {
	kind, err := apiutil.GVKForObject(object, l.Cluster.Scheme())
	if err != nil {
		return Undo{}, fmt.Errorf("find the kind of %s: %w", object.GetName(), err)
	}
	return Undo{
		Do: remove, Group: kind.Group, Version: kind.Version, Kind: kind.Kind,
		Namespace: object.GetNamespace(), Name: object.GetName(),
	}, nil
}

// inside is a step that works among the processes of a pod.
func inside(do action, pod *corev1.Pod) Undo {
	return Undo{
		Do: do, Version: "v1", Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name,
		Node: pod.Spec.NodeName, UID: string(pod.UID),
	}
}
