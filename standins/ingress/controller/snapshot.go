package controller

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/standins/ingress/config"
)

// snapshot reads all that shapes the configuration, from the cache.
func (r *Reconciler) snapshot(ctx context.Context) (config.Input, error) {
	var (
		ingresses networkingv1.IngressList
		classes   networkingv1.IngressClassList
		services  corev1.ServiceList
		slices    discoveryv1.EndpointSliceList
		secrets   corev1.SecretList
	)
	for _, list := range []client.ObjectList{&ingresses, &classes, &services, &slices, &secrets} {
		// The copies would be thrown away: nothing here is changed in place.
		if err := r.Client.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
			return config.Input{}, fmt.Errorf("reading %T: %w", list, err)
		}
	}
	return config.Input{
		Ingresses:      pointers(ingresses.Items),
		IngressClasses: pointers(classes.Items),
		Services:       pointers(services.Items),
		EndpointSlices: pointers(slices.Items),
		Secrets:        pointers(secrets.Items),
	}, nil
}

func pointers[T any](items []T) []*T {
	out := make([]*T, len(items))
	for i := range items {
		out[i] = &items[i]
	}
	return out
}
