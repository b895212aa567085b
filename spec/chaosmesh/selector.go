package chaosmesh

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// fields are those that kinds have in common.
type fields struct {
	selector   *v1alpha1.PodSelector
	peer       **v1alpha1.PodSelector // of a network's other side
	containers *[]string              // nil where the whole pod is hit
	action     string
	duration   *string
	remote     string
}

func (m *Manifest) fields() fields {
	switch o := m.Object.(type) {
	case *v1alpha1.PodChaos:
		f := fields{&o.Spec.PodSelector, nil, nil, string(o.Spec.Action), o.Spec.Duration, o.Spec.RemoteCluster}
		if o.Spec.Action == v1alpha1.ContainerKillAction {
			f.containers = &o.Spec.ContainerNames
		}
		return f
	case *v1alpha1.NetworkChaos:
		return fields{&o.Spec.PodSelector, &o.Spec.Target, nil, string(o.Spec.Action), o.Spec.Duration, o.Spec.RemoteCluster}
	case *v1alpha1.StressChaos:
		return fields{&o.Spec.PodSelector, nil, &o.Spec.ContainerNames, "", o.Spec.Duration, o.Spec.RemoteCluster}
	case *v1alpha1.TimeChaos:
		return fields{&o.Spec.PodSelector, nil, &o.Spec.ContainerNames, "", o.Spec.Duration, o.Spec.RemoteCluster}
	case *v1alpha1.IOChaos:
		return fields{&o.Spec.PodSelector, nil, &o.Spec.ContainerNames, string(o.Spec.Action), o.Spec.Duration, o.Spec.RemoteCluster}
	}
	panic("chaosmesh: a kind without fields: " + m.Kind)
}

// Containers are the containers of each pod that are hit, and whether the kind hits
// containers at all.
func (m *Manifest) Containers() ([]string, bool) {
	names := m.fields().containers
	if names == nil {
		return nil, false
	}
	return *names, true
}

// Selectors are the selectors of the manifest by their paths: spec, and spec.target where
// a network's other side is chosen.
func (m *Manifest) Selectors() map[string]*v1alpha1.PodSelector {
	f := m.fields()
	all := map[string]*v1alpha1.PodSelector{"spec": f.selector}
	if f.peer != nil && *f.peer != nil {
		all["spec.target"] = *f.peer
	}
	return all
}

// HasPeer says that the manifest chooses pods on the other side of a network.
func (m *Manifest) HasPeer() bool { return m.Selectors()["spec.target"] != nil }

// At returns a copy of the manifest that hits these pods by their names, whatever is made
// again meanwhile, and has these on the other side, if it has one.
func (m *Manifest) At(pods, peers v1alpha1.PodSelector) v1alpha1.InnerObject {
	object, ok := m.Object.DeepCopyObject().(v1alpha1.InnerObject)
	if !ok {
		panic(fmt.Sprintf("chaosmesh: the copy of a %s is none", m.Kind))
	}
	f := (&Manifest{Kind: m.Kind, Object: object}).fields()
	*f.selector = pods
	if f.peer != nil && *f.peer != nil {
		*f.peer = &peers
	}
	return object
}

// Most is how many pods a selector's mode hits, 0 for all of them. What depends on how many
// there are is an error.
func Most(s *v1alpha1.PodSelector) (int, error) {
	switch s.Mode {
	case v1alpha1.AllMode:
		return 0, nil
	case v1alpha1.OneMode:
		return 1, nil
	case v1alpha1.FixedMode:
		n, err := strconv.Atoi(s.Value)
		if err != nil || n < 1 {
			return 0, fmt.Errorf("value: %q is no number of pods", s.Value)
		}
		return n, nil
	}
	return 0, fmt.Errorf("mode: %q; use all, one or fixed, so that it is known how many pods are hit", s.Mode)
}

// CheckSelector wants a selector by namespaces, labels and names alone, which is what
// Selects can tell, and namespaces that admitted takes. Its error starts with the path of a
// value inside of the selector.
func CheckSelector(s v1alpha1.PodSelectorSpec, admitted func(namespace string) error) error {
	for _, other := range []struct {
		path string
		used int
	}{
		{"fieldSelectors", len(s.FieldSelectors)}, {"annotationSelectors", len(s.AnnotationSelectors)}, {"nodes", len(s.Nodes)},
		{"nodeSelectors", len(s.NodeSelectors)}, {"podPhaseSelectors", len(s.PodPhaseSelectors)},
	} {
		if other.used > 0 {
			return fmt.Errorf("%s: choose pods by namespaces, labelSelectors, expressionSelectors or pods", other.path)
		}
	}
	if len(s.Namespaces) == 0 && len(s.Pods) == 0 {
		return errors.New("namespaces: name them; without, the selector reaches into every namespace")
	}
	for i, namespace := range s.Namespaces {
		if err := admitted(namespace); err != nil {
			return fmt.Errorf("namespaces[%d]: %w", i, err)
		}
	}
	for _, namespace := range slices.Sorted(maps.Keys(s.Pods)) {
		if err := admitted(namespace); err != nil {
			return fmt.Errorf("pods: %w", err)
		}
	}
	if _, err := labelsOf(s); err != nil {
		return fmt.Errorf("expressionSelectors: %w", err)
	}
	return nil
}

// Selects reports whether a selector selects a pod, as Chaos Mesh does: pods that are named
// are all that is selected.
func Selects(s v1alpha1.PodSelectorSpec, pod *corev1.Pod) (bool, error) {
	if len(s.Pods) > 0 {
		return slices.Contains(s.Pods[pod.Namespace], pod.Name), nil
	}
	selector, err := labelsOf(s)
	return err == nil && slices.Contains(s.Namespaces, pod.Namespace) && selector.Matches(labels.Set(pod.Labels)), err
}

// labelsOf is what a selector asks of labels.
func labelsOf(s v1alpha1.PodSelectorSpec) (labels.Selector, error) {
	return metav1.LabelSelectorAsSelector(&metav1.LabelSelector{MatchLabels: s.LabelSelectors, MatchExpressions: s.ExpressionSelectors})
}
