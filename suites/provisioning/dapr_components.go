package provisioning

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Dapr components", func() {
		expect.Each(p, "dapr.component.{name}.type", func(ctx SpecContext, want spec.Component) {
			object := componentOf(ctx, want.Name)
			kind, _, _ := unstructured.NestedString(object.Object, "spec", "type")
			expect.Subject{What: "type of component " + want.Name, From: kubernetesAPI, Object: object}.Is(kind, want.Type)
		}, brief)

		p.It("dapr.component.versions", func(ctx SpecContext) {
			for _, want := range p.Spec.Dapr.Components {
				object := componentOf(ctx, want.Name)
				version, _, _ := unstructured.NestedString(object.Object, "spec", "version")
				expect.Subject{What: "version of component " + want.Name, From: kubernetesAPI, Object: object}.Is(version, want.Version)
			}
		}, brief)

		p.It("dapr.component.namespaces", func(ctx SpecContext) {
			for _, want := range p.Spec.Dapr.Components {
				var in []string
				for _, name := range componentNames(ctx, "") {
					if strings.HasSuffix(name, "/"+want.Name) {
						in = append(in, name)
					}
				}
				expect.Subject{What: "components called " + want.Name, From: kubernetesAPI}.Is(in, []string{want.Namespace + "/" + want.Name})
			}
		}, brief)

		p.It("dapr.component.no-other", func(ctx SpecContext) {
			var want, seen []string
			for _, component := range p.Spec.Dapr.Components {
				want = append(want, component.Namespace+"/"+component.Name)
			}
			for _, namespace := range p.Spec.Namespaces {
				seen = append(seen, componentNames(ctx, namespace.Name)...)
			}
			expect.Subject{What: "components of the specified namespaces", From: kubernetesAPI}.Is(seen, want)
		}, brief)

		p.It("dapr.component.metadata", func(ctx SpecContext) {
			for _, want := range p.Spec.Dapr.Components {
				object := componentOf(ctx, want.Name)
				seen := entriesOf(object)
				for _, entry := range want.Metadata {
					expected := "value " + entry.Value
					if entry.Secret != "" {
						expected = fmt.Sprintf("key %s of Secret %s", entry.Key, entry.Secret)
					}
					expect.Subject{What: fmt.Sprintf("metadata %s of component %s", entry.Name, want.Name), From: kubernetesAPI, Object: object}.
						Is(seen[entry.Name], expected)
				}
				for name, text := range seen {
					if kube.IsSecretName(name) {
						expect.Subject{What: fmt.Sprintf("metadata %s of component %s", name, want.Name), From: kubernetesAPI}.
							AssertThat(strings.HasPrefix(text, "key "), "a reference to a Secret", "a plain value")
					}
				}
			}
		}, brief)

		p.It("dapr.component.loaded", func(ctx SpecContext) {
			for _, app := range p.Spec.Sidecars() {
				var want []string
				for _, component := range p.Spec.Dapr.Components {
					if inScope(component, app.Dapr.AppID) {
						want = append(want, fmt.Sprintf("%s (%s %s)", component.Name, component.Type, component.Version))
					}
				}
				for _, pod := range podsOf(ctx, app) {
					var seen []string
					for _, component := range metadataOf(ctx, &pod).Components {
						seen = append(seen, fmt.Sprintf("%s (%s %s)", component.Name, component.Type, component.Version))
					}
					expect.Subject{What: "components that the sidecar of " + app.Name + " has loaded", From: "its metadata"}.Is(seen, want)
				}
			}
		}, brief)
	})
})

// componentOf reads one of the specified components.
func componentOf(ctx SpecContext, name string) *unstructured.Unstructured {
	GinkgoHelper()
	object, err := p.Cluster.GetKind(ctx, kube.ComponentKind, p.Spec.Component(name).Namespace, name)
	expect.Subject{What: "component " + name, From: kubernetesAPI}.NoError(err)
	return object
}

// componentNames lists the components of a namespace, or of all of them.
func componentNames(ctx SpecContext, namespace string) []string {
	GinkgoHelper()
	items, err := p.Cluster.ListKind(ctx, kube.ComponentKind, namespace)
	expect.Subject{What: "components", From: kubernetesAPI}.NoError(err)
	var names []string
	for _, item := range items {
		names = append(names, item.GetNamespace()+"/"+item.GetName())
	}
	return names
}

// entriesOf returns a component's metadata by name: "value …", or "key … of
// Secret …" for a reference.
func entriesOf(component *unstructured.Unstructured) map[string]string {
	list, _, _ := unstructured.NestedSlice(component.Object, "spec", "metadata")
	entries := map[string]string{}
	for _, item := range list {
		entry, _ := item.(map[string]any)
		name := fmt.Sprint(entry["name"])
		if reference, ok := entry["secretKeyRef"].(map[string]any); ok {
			entries[name] = fmt.Sprintf("key %v of Secret %v", reference["key"], reference["name"])
			continue
		}
		entries[name] = fmt.Sprintf("value %v", entry["value"])
	}
	return entries
}
