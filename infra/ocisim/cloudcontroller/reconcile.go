package cloudcontroller

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"

	"assay.dev/assay/infra/ocisim"
)

const (
	// cleanup keeps a Service until its load balancer is gone; it is that of
	// Kubernetes' own controllers (LoadBalancerCleanupFinalizer of k8s.io/cloud-provider).
	cleanup = "service.kubernetes.io/load-balancer-cleanup"

	// Annotations of OCI's cloud controller.
	subnetAnnotation  = "service.beta.kubernetes.io/oci-load-balancer-subnet1"
	minMbpsAnnotation = "service.beta.kubernetes.io/oci-load-balancer-shape-flex-min"
	maxMbpsAnnotation = "service.beta.kubernetes.io/oci-load-balancer-shape-flex-max"

	// defaultMbps is the bandwidth of a load balancer whose Service names none.
	defaultMbps = 100
)

// reconcile makes, changes or removes the load balancer of a Service.
func (c *controller) reconcile(ctx context.Context, name cache.ObjectName) error {
	cached, err := c.services.Services(name.Namespace).Get(name.Name)
	if apierrors.IsNotFound(err) {
		return nil // the finalizer has kept it until its load balancer was gone
	}
	if err != nil {
		return err
	}
	service := cached.DeepCopy()
	wanted := service.Spec.Type == corev1.ServiceTypeLoadBalancer && service.Spec.LoadBalancerClass == nil
	if service.DeletionTimestamp != nil || !wanted {
		return c.remove(ctx, service)
	}
	address, err := c.address(service)
	if err != nil || address == "" {
		return err // a change of the endpoints leads to another call
	}
	if !slices.Contains(service.Finalizers, cleanup) {
		service.Finalizers = append(service.Finalizers, cleanup)
		if service, err = c.client.CoreV1().Services(service.Namespace).Update(ctx, service, metav1.UpdateOptions{}); err != nil {
			return fmt.Errorf("leave the Service until its load balancer is gone: %w", err)
		}
	}
	asked, err := balancerOf(service, address)
	if err != nil {
		return err
	}
	id, err := c.balancers.PutLoadBalancer(asked)
	if err != nil {
		return err
	}
	if current(service) == address {
		return nil
	}
	service.Status.LoadBalancer = corev1.LoadBalancerStatus{Ingress: []corev1.LoadBalancerIngress{{IP: address}}}
	if _, err := c.client.CoreV1().Services(service.Namespace).UpdateStatus(ctx, service, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("write the address of %s: %w", id, err)
	}
	c.log("%s of %s answers at %s", id, name, address)
	return nil
}

// remove removes the load balancer of a Service that has had one.
func (c *controller) remove(ctx context.Context, service *corev1.Service) error {
	if !slices.Contains(service.Finalizers, cleanup) {
		return nil
	}
	c.balancers.RemoveLoadBalancer(balancerName(service))
	services := c.client.CoreV1().Services(service.Namespace)
	if current(service) != "" {
		service.Status.LoadBalancer = corev1.LoadBalancerStatus{}
		updated, err := services.UpdateStatus(ctx, service, metav1.UpdateOptions{})
		if err != nil {
			return fmt.Errorf("remove the address: %w", err)
		}
		service = updated
	}
	service.Finalizers = slices.DeleteFunc(service.Finalizers, func(finalizer string) bool { return finalizer == cleanup })
	if _, err := services.Update(ctx, service, metav1.UpdateOptions{}); err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("release the Service: %w", err)
	}
	c.log("the load balancer of %s is removed", cache.MetaObjectToName(service))
	return nil
}

// balancerName is what OCI's cloud controller calls a load balancer: the Service's UID.
func balancerName(service *corev1.Service) string { return string(service.UID) }

// balancerOf reads from a Service what it asks for.
func balancerOf(service *corev1.Service, address string) (ocisim.ServiceBalancer, error) {
	asked := ocisim.ServiceBalancer{
		Name: balancerName(service), Address: address, MinimumMbps: defaultMbps, MaximumMbps: defaultMbps, NodePorts: map[int]int{},
	}
	if subnet := service.Annotations[subnetAnnotation]; subnet != "" {
		asked.SubnetIDs = []string{subnet}
	}
	for annotation, to := range map[string]*int{minMbpsAnnotation: &asked.MinimumMbps, maxMbpsAnnotation: &asked.MaximumMbps} {
		value, ok := service.Annotations[annotation]
		if !ok {
			continue
		}
		mbps, err := strconv.Atoi(value)
		if err != nil || mbps <= 0 {
			return asked, fmt.Errorf("annotation %s is %q, not a bandwidth in Mbps", annotation, value)
		}
		*to = mbps
	}
	for _, port := range service.Spec.Ports {
		asked.NodePorts[int(port.Port)] = int(port.NodePort)
	}
	return asked, nil
}
