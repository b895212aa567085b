package contract

import (
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
)

// Problems holds rendered objects against the contract and returns a sentence for
// each thing that it promises and they lack.
func (c Contract) Problems(objects []unstructured.Unstructured, standIn bool) []string {
	r := rendered{objects: objects, standIn: standIn}
	pods := map[string]labels.Set{}
	for _, workload := range c.Workloads {
		if workload.holds(standIn) {
			pods[workload.Name] = r.workload(c.Namespace, workload)
		}
	}
	for _, service := range c.Services {
		if service.holds(standIn) {
			r.service(c.Namespace, service, pods)
		}
	}
	for _, definition := range c.Definitions {
		if definition.holds(standIn) {
			r.definition(definition)
		}
	}
	granted := grants(objects)
	for _, right := range c.Rights {
		if !right.holds(standIn) {
			continue
		}
		for _, verb := range right.Verbs {
			if !granted.allow(c.Namespace+"/"+right.Account, right.Group, right.Resource, verb) {
				r.missing("%s/%s may not %s %s of the group %q, which %s", c.Namespace, right.Account, verb, right.Resource, right.Group, right.For)
			}
		}
	}
	return r.problems
}

type rendered struct {
	objects  []unstructured.Unstructured
	standIn  bool
	problems []string
}

func (r *rendered) missing(format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}

// into decodes the object of that kind and name, and reports if there is none.
func (r *rendered) into(kind, namespace, name string, typed any) bool {
	for _, object := range r.objects {
		if object.GetKind() == kind && object.GetNamespace() == namespace && object.GetName() == name {
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, typed); err != nil {
				r.missing("%s %s/%s: %v", kind, namespace, name, err)
				return false
			}
			return true
		}
	}
	r.missing("there is no %s %s/%s", kind, namespace, name)
	return false
}

// workload returns the labels of its pods.
func (r *rendered) workload(namespace string, want Workload) labels.Set {
	// The three kinds have a template at the same place.
	var got appsv1.Deployment
	if !r.into(want.Kind, namespace, want.Name, &got) {
		return nil
	}
	template := got.Spec.Template
	for key, value := range want.Labels {
		if template.Labels[key] != value {
			r.missing("pods of %s have the label %s=%q, want %q", want.Name, key, template.Labels[key], value)
		}
	}
	for _, container := range want.Containers {
		i := slices.IndexFunc(template.Spec.Containers, func(c corev1.Container) bool { return c.Name == container.Name })
		if i < 0 {
			r.missing("%s %s has no container %s", want.Kind, want.Name, container.Name)
			continue
		}
		for _, port := range container.Ports {
			declares := slices.ContainsFunc(template.Spec.Containers[i].Ports, func(p corev1.ContainerPort) bool {
				return p.Name == port.Name && p.ContainerPort == port.Number
			})
			if port.holds(r.standIn) && !declares {
				r.missing("container %s of %s declares no port %s %d", container.Name, want.Name, port.Name, port.Number)
			}
		}
	}
	return template.Labels
}

func (r *rendered) service(namespace string, want Service, pods map[string]labels.Set) {
	var got corev1.Service
	if !r.into("Service", namespace, want.Name, &got) {
		return
	}
	if of := pods[want.Of]; len(got.Spec.Selector) == 0 || !labels.SelectorFromSet(got.Spec.Selector).Matches(of) {
		r.missing("Service %s selects %v, and not the pods of %s, which have %v", want.Name, got.Spec.Selector, want.Of, of)
	}
	for _, port := range want.Ports {
		has := slices.ContainsFunc(got.Spec.Ports, func(p corev1.ServicePort) bool { return p.Name == port.Name && p.Port == port.Number })
		if port.holds(r.standIn) && !has {
			r.missing("Service %s has no port %s %d", want.Name, port.Name, port.Number)
		}
	}
}

func (r *rendered) definition(want Definition) {
	served := map[string]bool{}
	for _, object := range r.objects {
		group, _, _ := unstructured.NestedString(object.Object, "spec", "group")
		kind, _, _ := unstructured.NestedString(object.Object, "spec", "names", "kind")
		if object.GetKind() != "CustomResourceDefinition" || group != want.Group || kind != want.Kind {
			continue
		}
		versions, _, _ := unstructured.NestedSlice(object.Object, "spec", "versions")
		for _, entry := range versions {
			version, _ := entry.(map[string]any)
			name, _ := version["name"].(string)
			served[name] = version["served"] == true
		}
	}
	for _, version := range want.Versions {
		if !served[version] {
			r.missing("%s/%s %s is not served", want.Group, version, want.Kind)
		}
	}
}
