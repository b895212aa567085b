//go:build adopted

package adopted

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// kinds are what people deploy, by group, version and kind: what no controller writes by
// itself.
var kinds = []schema.GroupVersionKind{
	{Version: "v1", Kind: "Namespace"}, {Version: "v1", Kind: "Service"}, {Version: "v1", Kind: "ConfigMap"}, {Version: "v1", Kind: "Secret"},
	{Version: "v1", Kind: "ServiceAccount"}, {Version: "v1", Kind: "ResourceQuota"}, {Version: "v1", Kind: "LimitRange"}, {Version: "v1", Kind: "Pod"},
	{Group: "apps", Version: "v1", Kind: "Deployment"}, {Group: "apps", Version: "v1", Kind: "StatefulSet"}, {Group: "apps", Version: "v1", Kind: "DaemonSet"},
	{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress"}, {Group: "networking.k8s.io", Version: "v1", Kind: "NetworkPolicy"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "Role"}, {Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "RoleBinding"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "ClusterRole"}, {Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "ClusterRoleBinding"},
	{Group: "coordination.k8s.io", Version: "v1", Kind: "Lease"},
	{Group: "kafka.strimzi.io", Version: "v1beta2", Kind: "Kafka"}, {Group: "kafka.strimzi.io", Version: "v1beta2", Kind: "KafkaTopic"},
	{Group: "dapr.io", Version: "v1alpha1", Kind: "Component"}, {Group: "dapr.io", Version: "v2alpha1", Kind: "Subscription"}, {Group: "dapr.io", Version: "v1alpha1", Kind: "Resiliency"},
}

// snapshot returns what the objects of the cluster are specified to be, by kind, namespace
// and name: without status, and without what the API server writes.
func snapshot(t *testing.T, p *platformUp) map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	all := map[string]string{}
	for _, kind := range kinds {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
		var where []client.ListOption
		if kind.Kind == "Lease" { // those of nodes and controllers are renewed all the time
			where = append(where, client.InNamespace("kube-system"), client.MatchingFields{"metadata.name": "assay"})
		}
		if err := p.cluster.List(ctx, list, where...); err != nil {
			t.Fatalf("list %s: %v", kind.Kind, err)
		}
		for i := range list.Items {
			object := list.Items[i].Object
			delete(object, "status")
			metadata, _ := object["metadata"].(map[string]any)
			delete(metadata, "resourceVersion")
			delete(metadata, "managedFields")
			content, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			all[kind.Kind+" "+list.Items[i].GetNamespace()+"/"+list.Items[i].GetName()] = string(content)
		}
	}
	return all
}

// equal wants the same objects as before.
func equal(t *testing.T, when string, before, after map[string]string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if diff := cmp.Diff(before[name], after[name]); diff != "" {
			t.Errorf("%s: %s (-before +after):\n%s", when, name, diff)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if before[name] == "" {
			t.Errorf("%s: %s was made", when, name)
		}
	}
}
