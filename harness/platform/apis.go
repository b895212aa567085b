package platform

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// unavailableAPIs lists the API groups that the API server cannot answer for:
// the metrics API's server may be ready and yet out of the API server's reach.
func unavailableAPIs(ctx context.Context, client dynamic.Interface) ([]string, error) {
	resource := schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"}
	list, err := client.Resource(resource).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list API services: %w", err)
	}
	var found []string
	for _, item := range list.Items {
		conditions, _, _ := unstructured.NestedSlice(item.Object, "status", "conditions")
		for _, entry := range conditions {
			condition, _ := entry.(map[string]any)
			if condition["type"] == "Available" && condition["status"] != "True" {
				found = append(found, fmt.Sprintf("API %s is not available: %v", item.GetName(), condition["message"]))
			}
		}
	}
	return found, nil
}
