package kube

import (
	"context"
	"fmt"
	"net/http"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"assay.dev/assay/spec"
)

// NewIngress is an ingress of our own, without TLS, that leads a host to services of
// its namespace. It is called as the host is.
func NewIngress(namespace, host, class string, routes []spec.Route) *networkingv1.Ingress {
	ingress := &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{
			Name: host, Namespace: namespace, Labels: map[string]string{ManagedByLabel: ManagedBy},
		},
		Spec: networkingv1.IngressSpec{
			IngressClassName: &class,
			Rules:            []networkingv1.IngressRule{{Host: host, IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{}}}},
		},
	}
	for _, route := range routes {
		ingress.Spec.Rules[0].HTTP.Paths = append(ingress.Spec.Rules[0].HTTP.Paths, networkingv1.HTTPIngressPath{
			Path: route.Path, PathType: ptr.To(networkingv1.PathTypePrefix),
			Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
				Name: route.Service, Port: networkingv1.ServiceBackendPort{Number: int32(route.Port)},
			}},
		})
	}
	return ingress
}

// AwaitServed waits until the ingress controller at front (host:port) serves a path of a
// host by HTTP.
func AwaitServed(ctx context.Context, address, host, path string, timeouts spec.Timeouts) error {
	web := IngressClient(address, nil, timeouts.HTTPRequest.Duration)
	wait := Poll{Every: timeouts.PollInterval.Duration, Within: timeouts.IngressRoute.Duration}
	return wait.Until(ctx, func(ctx context.Context) error {
		answer, err := Ask(ctx, web, http.MethodGet, "http://"+host+path, nil, "")
		if err == nil && answer.Status == http.StatusNotFound {
			err = fmt.Errorf("%s is not served yet: %s", host, answer)
		}
		return err
	})
}
