package mutate

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// markerLabels are those of the ingresses that awaitIngress makes.
var markerLabels = map[string]string{kube.ManagedByLabel: kube.ManagedBy, "app": "mutate-marker"}

// removeMarkers removes what a run that was killed left of its waits.
func (c changer) removeMarkers(ctx context.Context) error {
	return c.cluster.DeleteAllOf(ctx, &networkingv1.Ingress{},
		client.InNamespace(spec.Current().Ingress.Namespace), client.MatchingLabels(markerLabels))
}

// awaitIngress waits until the ingress controller serves what ingresses say now. No
// status tells that, but a controller takes changes in in their order: an ingress
// that is made after them is served after them.
func (c changer) awaitIngress(ctx context.Context) (err error) {
	marker := markerIngress("assay-marker-" + rand.String(8) + ".test")
	defer func() {
		ctx := context.WithoutCancel(ctx)
		err = errors.Join(err, c.cluster.Remove(ctx, marker, c.timeouts.ObjectDeleted.Duration))
	}()
	if err := c.cluster.Create(ctx, marker); err != nil {
		return fmt.Errorf("mark what the ingress controller has seen: %w", err)
	}
	web := kube.Front(c.front, nil, c.timeouts.HTTPRequest.Duration)
	wait := kube.Poll{Every: c.timeouts.PollInterval.Duration, Within: c.timeouts.IngressRoute.Duration}
	return wait.Until(ctx, func(ctx context.Context) error {
		answer, err := kube.Ask(ctx, web, http.MethodGet, "http://"+marker.Name+"/", nil, "")
		if err == nil && answer.Status == http.StatusNotFound {
			err = fmt.Errorf("the ingress %s is not served yet: %s", marker.Name, answer)
		}
		return err
	})
}

// markerIngress leads a host to where the first specified route leads.
func markerIngress(host string) *networkingv1.Ingress {
	s := spec.Current().Ingress
	to := s.Paths[0]
	backend := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
		Name: to.Service, Port: networkingv1.ServiceBackendPort{Number: int32(to.Port)},
	}}
	return &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{Name: host, Namespace: s.Namespace, Labels: markerLabels},
		Spec: networkingv1.IngressSpec{
			IngressClassName: ptr.To(s.Class),
			Rules: []networkingv1.IngressRule{{Host: host, IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
				Paths: []networkingv1.HTTPIngressPath{{Path: "/", PathType: ptr.To(networkingv1.PathTypePrefix), Backend: backend}},
			}}}},
		},
	}
}
