package install

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// deployed are the component and the policies as the platform has them.
func deployed(p *spec.Spec) (component, resiliency *unstructured.Unstructured) {
	namespace, policies := p.Deployments[0].Namespace, p.Dapr.Resiliency
	component = kube.NewKind(kube.ComponentKind, namespace, policies.Component)
	component.Object["spec"] = map[string]any{
		"type": "pubsub.kafka", "version": "v1", "metadata": []any{map[string]any{"name": "brokers", "value": "b:9092"}},
	}
	component.Object["auth"] = map[string]any{"secretStore": "kubernetes-secrets"}
	component.Object["scopes"] = []any{"todo-backend"}
	component.SetAnnotations(map[string]string{"meta.helm.sh/release-name": "dapr-components"})
	resiliency = kube.NewKind(kube.ResiliencyKind, namespace, policies.Name)
	target := map[string]any{"inbound": map[string]any{"retry": policies.Policy, "timeout": policies.Policy}}
	resiliency.Object["spec"] = map[string]any{
		"policies": map[string]any{"retries": map[string]any{policies.Policy: map[string]any{"maxRetries": int64(5)}}},
		"targets":  map[string]any{"components": map[string]any{policies.Component: target, "another": map[string]any{}}},
	}
	resiliency.Object["scopes"] = []any{"todo-backend"}
	return component, resiliency
}

// state lists what is in a cluster of components and policies.
func state(t *testing.T, c *kube.Cluster) map[string]map[string]any {
	t.Helper()
	all := map[string]map[string]any{}
	for _, kind := range []schema.GroupVersionKind{kube.ComponentKind, kube.ResiliencyKind} {
		items, err := c.ListKind(t.Context(), kind, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			all[kind.Kind+"/"+item.GetName()] = item.Object
		}
	}
	return all
}

// The probe has components of its own: those of the applications are not touched, for
// every sidecar in their scope would load them again.
func TestAccessIsTheProbesOwn(t *testing.T) {
	platform := todo.Must()
	component, resiliency := deployed(platform)
	scheme := clientgoscheme.Scheme
	cluster := &kube.Cluster{WithWatch: fake.NewClientBuilder().WithScheme(scheme).WithObjects(component, resiliency).Build()}
	p := &Probe{Cluster: cluster, Spec: platform, Target: spec.Kind}
	before := state(t, cluster)
	if err := p.installAccess(t.Context()); err != nil {
		t.Fatal(err)
	}
	with := state(t, cluster)
	for name, object := range before {
		if diff := cmp.Diff(object, with[name]); diff != "" {
			t.Errorf("%s has changed:\n%s", name, diff)
		}
	}
	got := with["Component/"+PubSub]
	if got == nil {
		t.Fatalf("there is no component %s: %v", PubSub, with)
	}
	for field, want := range map[string]any{
		"spec": before["Component/"+component.GetName()]["spec"], "auth": component.Object["auth"], "scopes": []any{App},
	} {
		if diff := cmp.Diff(want, got[field]); diff != "" {
			t.Errorf("%s of the component (-want +got):\n%s", field, diff)
		}
	}
	policies := with["Resiliency/"+PubSub]
	if policies == nil {
		t.Fatalf("there are no policies %s: %v", PubSub, with)
	}
	policy := before["Resiliency/"+resiliency.GetName()]["spec"].(map[string]any)
	old := policy["targets"].(map[string]any)["components"].(map[string]any)[component.GetName()]
	want := map[string]any{"policies": policy["policies"], "targets": map[string]any{"components": map[string]any{PubSub: old}}}
	if diff := cmp.Diff(want, policies["spec"]); diff != "" {
		t.Errorf("the policies (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{App}, policies["scopes"]); diff != "" {
		t.Errorf("the scope of the policies (-want +got):\n%s", diff)
	}
	if err := p.removeAccess(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, state(t, cluster)); diff != "" {
		t.Errorf("the probe left something behind:\n%s", diff)
	}
	if err := p.removeAccess(t.Context()); err != nil {
		t.Errorf("removed again: %v", err)
	}
}

// Without the component there is nothing to copy, which is said.
func TestAccessNeedsTheComponent(t *testing.T) {
	cluster := &kube.Cluster{WithWatch: fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).Build()}
	p := &Probe{Cluster: cluster, Spec: todo.Must(), Target: spec.Kind}
	if err := p.installAccess(t.Context()); client.IgnoreNotFound(err) != nil || err == nil {
		t.Errorf("got %v, want that the component was not found", err)
	}
}

// The probe subscribes through its own component.
func TestSubscriptionsUseTheProbesComponent(t *testing.T) {
	p := &Probe{Spec: todo.Must(), Target: spec.Kind, Topics: []Topic{{Name: "t", Partitions: 1, Types: []string{"x"}}}}
	for _, object := range p.applications() {
		if u, ok := object.(*unstructured.Unstructured); ok {
			if name, _, _ := unstructured.NestedString(u.Object, "spec", "pubsubname"); name != PubSub {
				t.Errorf("%s subscribes through %s", u.GetName(), name)
			}
		}
	}
}
