package mutate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"assay.dev/assay/harness/kube"
)

// recorded are the kinds whose objects make up the platform's wanted state. What
// controllers make from them (pods, endpoints, leases) comes and goes.
var recorded = []schema.GroupVersionKind{
	{Version: "v1", Kind: "Namespace"},
	{Version: "v1", Kind: "Service"},
	{Version: "v1", Kind: "ConfigMap"},
	{Version: "v1", Kind: "Secret"},
	{Version: "v1", Kind: "ServiceAccount"},
	{Version: "v1", Kind: "ResourceQuota"},
	{Version: "v1", Kind: "LimitRange"},
	{Version: "v1", Kind: "PersistentVolumeClaim"},
	{Group: "apps", Version: "v1", Kind: "Deployment"},
	{Group: "apps", Version: "v1", Kind: "StatefulSet"},
	{Group: "apps", Version: "v1", Kind: "DaemonSet"},
	{Group: "networking.k8s.io", Version: "v1", Kind: "NetworkPolicy"},
	{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress"},
	{Group: "networking.k8s.io", Version: "v1", Kind: "IngressClass"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "Role"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "RoleBinding"},
	{Group: "kafka.strimzi.io", Version: "v1beta2", Kind: "Kafka"},
	{Group: "kafka.strimzi.io", Version: "v1beta2", Kind: "KafkaTopic"},
	{Group: "dapr.io", Version: "v1alpha1", Kind: "Component"},
	{Group: "dapr.io", Version: "v1alpha1", Kind: "Configuration"},
	{Group: "dapr.io", Version: "v1alpha1", Kind: "Resiliency"},
	{Group: "dapr.io", Version: "v2alpha1", Kind: "Subscription"},
}

// volatile are annotations that a controller writes about its own work.
var volatile = []string{
	"deployment.kubernetes.io/revision",
	"kubectl.kubernetes.io/restartedAt",
	"control-plane.alpha.kubernetes.io/leader",
	"pv.kubernetes.io/bind-completed",
}

// snapshot holds a digest of each recorded object, by kind, namespace and name.
type snapshot map[string]string

// take records the cluster as it is.
func take(ctx context.Context, cluster *kube.Cluster) (snapshot, error) {
	s := snapshot{}
	for _, kind := range recorded {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(schema.GroupVersionKind{Group: kind.Group, Version: kind.Version, Kind: kind.Kind + "List"})
		err := cluster.List(ctx, list)
		if meta.IsNoMatchError(err) || apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("record the cluster: list %s: %w", kind.Kind, err)
		}
		for _, item := range list.Items {
			name := fmt.Sprintf("%s %s/%s", kind.Kind, item.GetNamespace(), item.GetName())
			if item.GetName() == journalName {
				continue
			}
			digest, err := digest(item)
			if err != nil {
				return nil, err
			}
			s[name] = digest
		}
	}
	if len(s) == 0 {
		return nil, errors.New("record the cluster: it is empty")
	}
	return s, nil
}

// digest hashes what somebody wants of an object, not what became of it.
func digest(item unstructured.Unstructured) (string, error) {
	object := item.DeepCopy().Object
	delete(object, "status")
	for _, field := range []string{"resourceVersion", "generation", "uid", "creationTimestamp", "managedFields", "selfLink"} {
		unstructured.RemoveNestedField(object, "metadata", field)
	}
	for _, path := range [][]string{{"metadata", "annotations"}, {"spec", "template", "metadata", "annotations"}} {
		for _, annotation := range volatile {
			unstructured.RemoveNestedField(object, append(slices.Clone(path), annotation)...)
		}
		if left, _, _ := unstructured.NestedMap(object, path...); len(left) == 0 {
			unstructured.RemoveNestedField(object, path...)
		}
	}
	content, err := json.Marshal(object)
	if err != nil {
		return "", fmt.Errorf("record the cluster: %w", err)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}

// differences lists what is not as it was before.
func (before snapshot) differences(now snapshot) []string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(before)) {
		switch seen, there := now[name]; {
		case !there:
			found = append(found, name+" is gone")
		case seen != before[name]:
			found = append(found, name+" has changed")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if _, was := before[name]; !was {
			found = append(found, name+" is new")
		}
	}
	return found
}
