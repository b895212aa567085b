package cloudcontroller

import (
	"context"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clienttesting "k8s.io/client-go/testing"

	"assay.dev/assay/infra/drain"
	"assay.dev/assay/infra/internal/simtest"
	"assay.dev/assay/infra/ociapi"
)

// TestDrainSeesTheLoadBalancerAndWaitsForItsEnd has the emulator itself as the cloud:
// the load balancer is found by the address that its Service has, and is gone when the
// drain says so.
func TestDrainSeesTheLoadBalancerAndWaitsForItsEnd(t *testing.T) {
	region := simtest.New(t)
	made := region.Network(t, "", "old", "2026-01-01T00:00:00Z")
	service := ingress(func(s *corev1.Service) { s.Annotations[subnetAnnotation] = made["subnet"] })
	c := runWith(t, region.Sim, service, map[string]bool{"a": true}, node("a", "172.18.0.2"))
	c.client.PrependReactor("delete", "services", c.markDeleted)
	c.client.PrependReactor("update", "services", c.deleteReleased)
	c.until("an address", at("172.18.0.2"))

	found, err := drain.Find(t.Context(), c.client)
	if err != nil || len(found.Balancers) != 1 || found.Balancers[0].Addresses[0] != "172.18.0.2" {
		t.Fatalf("the drain finds %+v, %v", found, err)
	}
	if ids := region.IDs("loadbalancer"); len(ids) != 2 { // the region has one of its own
		t.Fatalf("the emulator has the load balancers %v", ids)
	}
	if err := region.API.Delete(t.Context(), ociapi.Subnet, made["subnet"]); !ociapi.IsConflict(err) {
		t.Errorf("the subnet of a load balancer is deleted: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := drain.Cluster(ctx, c.client, drain.Options{Poll: 5 * time.Millisecond, Log: t.Logf}); err != nil {
		t.Fatal(err)
	}
	if ids := region.IDs("loadbalancer"); len(ids) != 1 || ids[0] != made["balancer"] {
		t.Errorf("after the drain the emulator has %v, want %s alone", ids, made["balancer"])
	}
}

// markDeleted does what the API server does with an object that a finalizer keeps; the
// fake one deletes it at once.
func (c cluster) markDeleted(clienttesting.Action) (bool, runtime.Object, error) {
	// Not by the client, which is at work while it calls this.
	services := corev1.SchemeGroupVersion.WithResource("services")
	object, err := c.client.Tracker().Get(services, "ingress-nginx", "ingress")
	if err != nil {
		return true, nil, err
	}
	service := object.(*corev1.Service).DeepCopy()
	now := metav1.Now()
	service.DeletionTimestamp = &now
	return true, nil, c.client.Tracker().Update(services, service, service.Namespace)
}

// deleteReleased deletes a marked object that nothing keeps any more.
func (c cluster) deleteReleased(action clienttesting.Action) (bool, runtime.Object, error) {
	update, _ := action.(clienttesting.UpdateAction)
	service, _ := update.GetObject().(*corev1.Service)
	if action.GetSubresource() != "" || service.DeletionTimestamp == nil || len(service.Finalizers) > 0 {
		return false, nil, nil
	}
	services := corev1.SchemeGroupVersion.WithResource("services")
	return true, service, c.client.Tracker().Delete(services, service.Namespace, service.Name)
}
