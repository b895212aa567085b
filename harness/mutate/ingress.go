package mutate

import (
	"context"
	"errors"
	"fmt"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
)

// markerLabels are those of the ingresses that awaitIngress makes.
var markerLabels = map[string]string{kube.ManagedByLabel: kube.ManagedBy, "app": "mutate-marker"}

// removeMarkers removes what a run that was killed left of its waits.
func (c changer) removeMarkers(ctx context.Context) error {
	return c.cluster.DeleteAllOf(ctx, &networkingv1.Ingress{},
		client.InNamespace(c.spec.Ingress.Namespace), client.MatchingLabels(markerLabels))
}

// awaitIngress waits until the ingress controller serves what ingresses say now. No
// status tells that, but a controller takes changes in in their order: an ingress
// that is made after them is served after them.
func (c changer) awaitIngress(ctx context.Context) (err error) {
	s := c.spec.Ingress
	marker := kube.NewIngress(s.Namespace, "assay-marker-"+rand.String(8)+".test", s.Class, s.Paths[:1])
	marker.Labels = markerLabels
	defer func() {
		ctx := context.WithoutCancel(ctx)
		err = errors.Join(err, c.cluster.Remove(ctx, marker, c.timeouts.ObjectDeleted.Duration))
	}()
	if err := c.cluster.Create(ctx, marker); err != nil {
		return fmt.Errorf("mark what the ingress controller has seen: %w", err)
	}
	return kube.AwaitServed(ctx, c.ingress, marker.Name, s.Paths[0].Request(), c.timeouts)
}
