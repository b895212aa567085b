package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Cleaned is what Heal found and undid.
type Cleaned struct {
	// Faults are the faults that the journal still held.
	Faults []string
	// Found says what was left of them, and of nobody's; Stuck which objects had
	// to be freed of their finalizers.
	Found []string
	Stuck []string
}

// Clean reports whether nothing to clean up.
func (h Cleaned) Clean() bool { return len(h.Faults)+len(h.Found)+len(h.Stuck) == 0 }

// Cleanup removes every trace of any fault, whoever injected it and however it
// ended: first what the journal says, then whatever else carries the labels of
// faults, then what is left in the network namespaces and the nodes. It returns an
// error if something is left at the end.
func (l *Lab) Cleanup(ctx context.Context) (Cleaned, error) {
	var cleaned Cleaned
	var failures []error
	note := func(err error) {
		var stuckErr *stuck
		if errors.As(err, &stuckErr) {
			cleaned.Stuck = append(cleaned.Stuck, stuckErr.Error())
		} else if err != nil {
			failures = append(failures, err)
		}
	}
	note(l.cleanNodes(ctx, &cleaned)) // first: the rest needs them
	entries, err := l.open(ctx)
	note(err)
	for _, e := range entries {
		cleaned.Faults = append(cleaned.Faults, e.fault)
		found, err := l.left(ctx, e.undos)
		note(err)
		cleaned.Found = append(cleaned.Found, found...)
		for _, u := range e.undos {
			if err := l.undo(ctx, u); err != nil {
				note(fmt.Errorf("%s: %w", u, err))
			}
		}
		still, err := l.left(ctx, e.undos)
		note(err)
		if len(still) > 0 {
			note(fmt.Errorf("%s left %v", e.fault, still))
			continue
		}
		note(l.forget(ctx, e.fault))
	}
	note(l.sweep(ctx, &cleaned, note))
	return cleaned, errors.Join(failures...)
}

// Open lists what faults that are in the journal have broken: nothing before they
// take effect, and nothing after they were undone.
func (l *Lab) Open(ctx context.Context) ([]string, error) {
	entries, err := l.open(ctx)
	var broken []string
	for _, e := range entries {
		undos := slices.DeleteFunc(e.undos, func(u Undo) bool { return u.Value == copied }) // made by preparing
		found, readErr := l.left(ctx, undos)
		err = errors.Join(err, readErr)
		broken = append(broken, found...)
	}
	return broken, err
}

// cleanNodes starts the nodes of the cluster that do not run.
func (l *Lab) cleanNodes(ctx context.Context, cleaned *Cleaned) error {
	if l.Nodes == nil {
		return nil
	}
	var nodes corev1.NodeList
	if err := l.Cluster.List(ctx, &nodes); err != nil {
		return fmt.Errorf("list the nodes: %w", err)
	}
	for _, node := range nodes.Items {
		u := Undo{Do: start, Kind: "Node", Name: node.Name}
		found, err := l.unstarted(ctx, u)
		if err != nil {
			return err
		}
		cleaned.Found = append(cleaned.Found, found...)
		if err := l.startNode(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// kinds are the lists of what faults make.
func kinds() []client.ObjectList {
	return []client.ObjectList{
		&chaosv1alpha1.PodChaosList{}, &chaosv1alpha1.NetworkChaosList{}, &chaosv1alpha1.StressChaosList{},
		&chaosv1alpha1.TimeChaosList{}, &chaosv1alpha1.IOChaosList{}, &chaosv1alpha1.DNSChaosList{},
		&appsv1.DeploymentList{}, &corev1.PodList{}, &corev1.SecretList{}, &corev1.NamespaceList{},
	}
}

// sweep removes labelled objects that no journal names, and what is left in the
// pods and on the nodes that faults may be injected into.
func (l *Lab) sweep(ctx context.Context, cleaned *Cleaned, note func(error)) error {
	for _, list := range kinds() {
		if err := l.Cluster.List(ctx, list, client.HasLabels{faultLabel}, client.MatchingLabels{managedByLabel: managedByValue}); err != nil {
			return fmt.Errorf("look for what faults made: %w", err)
		}
		err := meta.EachListItem(list, func(item runtime.Object) error {
			object, ok := item.(client.Object)
			if !ok {
				return nil
			}
			u, err := l.removal(object)
			if err != nil {
				return err
			}
			cleaned.Found = append(cleaned.Found, fmt.Sprintf("%s %s/%s", u.Kind, u.Namespace, u.Name))
			note(l.remove(ctx, u))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return l.sweepPods(ctx, cleaned, note)
}

// sweepPods looks into every pod that faults may be injected into.
func (l *Lab) sweepPods(ctx context.Context, cleaned *Cleaned, note func(error)) error {
	var namespaces corev1.NamespaceList
	if err := l.Cluster.List(ctx, &namespaces); err != nil {
		return fmt.Errorf("list the namespaces: %w", err)
	}
	nodes := map[string]bool{}
	var steps []Undo
	for _, namespace := range namespaces.Items {
		if namespace.Annotations["chaos-mesh.org/inject"] != "enabled" {
			continue
		}
		var pods corev1.PodList
		if err := l.Cluster.List(ctx, &pods, client.InNamespace(namespace.Name)); err != nil {
			return fmt.Errorf("list the pods of %s: %w", namespace.Name, err)
		}
		for i := range pods.Items {
			pod := &pods.Items[i]
			if pod.Status.Phase != corev1.PodRunning || pod.Spec.HostNetwork {
				continue
			}
			steps = append(steps, inside(unfreeze, pod), inside(scrub, pod), inside(unlimit, pod))
			if !nodes[pod.Spec.NodeName] {
				nodes[pod.Spec.NodeName] = true
				steps = append(steps, inside(evict, pod), inside(unfill, pod))
			}
		}
	}
	for _, subscription := range l.Spec.Dapr.Subscriptions {
		steps = append(steps, l.rewinding(subscription.App, subscription.Topic))
	}
	l.settle(ctx, steps, cleaned, note)
	return nil
}

// settle does the steps that have something to undo.
func (l *Lab) settle(ctx context.Context, steps []Undo, cleaned *Cleaned, note func(error)) {
	found, err := l.leftOf(ctx, steps)
	note(err)
	for i, u := range steps {
		if len(found[i]) == 0 {
			continue
		}
		cleaned.Found = append(cleaned.Found, found[i]...)
		note(l.undo(ctx, u))
		still, err := l.left(ctx, []Undo{u})
		note(err)
		if len(still) > 0 {
			note(fmt.Errorf("left: %v", still))
		}
	}
}
