package controller

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/standins/ingress/config"
)

// updateStatus tells in every Ingress under which addresses it is reached.
func (r *Reconciler) updateStatus(ctx context.Context, model *config.Model) error {
	addresses, err := r.addresses(ctx)
	if err != nil {
		return err
	}
	var failures []error
	for _, cached := range model.Ingresses {
		// Where F5's controller handles Ingresses alone, a rejected one keeps its status.
		if model.Rejected(cached) || equality.Semantic.DeepEqual(cached.Status.LoadBalancer.Ingress, addresses) {
			continue
		}
		ing := cached.DeepCopy()
		ing.Status.LoadBalancer.Ingress = addresses
		err := r.Client.Status().Patch(ctx, ing, client.MergeFrom(cached))
		if err != nil && !apierrors.IsNotFound(err) {
			failures = append(failures, fmt.Errorf("writing the status of Ingress %s/%s: %w", ing.Namespace, ing.Name, err))
		}
	}
	return errors.Join(failures...)
}

func (r *Reconciler) addresses(ctx context.Context) ([]networkingv1.IngressLoadBalancerIngress, error) {
	if len(r.StatusAddresses) > 0 {
		return statusOf(r.StatusAddresses), nil
	}
	if r.PublishService.Name == "" {
		return nil, nil
	}
	var service corev1.Service
	err := r.Client.Get(ctx, r.PublishService, &service)
	if apierrors.IsNotFound(err) {
		return nil, nil // it is watched: its coming leads to another step
	}
	if err != nil {
		return nil, fmt.Errorf("reading Service %s for the Ingresses' addresses: %w", r.PublishService, err)
	}
	return statusOf(serviceAddresses(&service)), nil
}

// serviceAddresses are those of the load balancer once it has some, and for
// other types the external IPs, else the cluster IP.
func serviceAddresses(service *corev1.Service) []string {
	var addresses []string
	for _, ingress := range service.Status.LoadBalancer.Ingress {
		if ingress.IP != "" {
			addresses = append(addresses, ingress.IP)
		} else if ingress.Hostname != "" {
			addresses = append(addresses, ingress.Hostname)
		}
	}
	addresses = append(addresses, service.Spec.ExternalIPs...)
	if len(addresses) == 0 && service.Spec.Type != corev1.ServiceTypeLoadBalancer &&
		service.Spec.ClusterIP != "" && service.Spec.ClusterIP != corev1.ClusterIPNone {
		addresses = append(addresses, service.Spec.ClusterIP)
	}
	return addresses
}

func statusOf(addresses []string) []networkingv1.IngressLoadBalancerIngress {
	addresses = slices.Clone(addresses)
	slices.Sort(addresses)
	var status []networkingv1.IngressLoadBalancerIngress
	for _, address := range slices.Compact(addresses) {
		if _, err := netip.ParseAddr(address); err == nil {
			status = append(status, networkingv1.IngressLoadBalancerIngress{IP: address})
		} else {
			status = append(status, networkingv1.IngressLoadBalancerIngress{Hostname: address})
		}
	}
	return status
}
