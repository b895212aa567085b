package config

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
)

// backends resolves Ingress backends to targets and collects the upstreams
// that they need.
type backends struct {
	services  map[types.NamespacedName]*corev1.Service
	slices    map[types.NamespacedName][]*discoveryv1.EndpointSlice
	upstreams map[string]Upstream
}

func newBackends(in Input) *backends {
	b := &backends{
		services:  make(map[types.NamespacedName]*corev1.Service, len(in.Services)),
		slices:    make(map[types.NamespacedName][]*discoveryv1.EndpointSlice, len(in.EndpointSlices)),
		upstreams: make(map[string]Upstream),
	}
	for _, service := range in.Services {
		b.services[types.NamespacedName{Namespace: service.Namespace, Name: service.Name}] = service
	}
	for _, slice := range in.EndpointSlices {
		if name := slice.Labels[discoveryv1.LabelServiceName]; name != "" {
			key := types.NamespacedName{Namespace: slice.Namespace, Name: name}
			b.slices[key] = append(b.slices[key], slice)
		}
	}
	return b
}

// resolve leads to the upstream of a backend's Service, or to 503 when it has
// no endpoint at the moment. What can only be a mistake is an error too.
func (b *backends) resolve(namespace string, backend *networkingv1.IngressBackend) (Target, error) {
	if backend.Resource != nil {
		return unavailable, fmt.Errorf("backend resource %s %q: only Services are supported as backends", backend.Resource.Kind, backend.Resource.Name)
	}
	if backend.Service == nil {
		return unavailable, fmt.Errorf("backend names no Service")
	}
	name := types.NamespacedName{Namespace: namespace, Name: backend.Service.Name}
	service, found := b.services[name]
	if !found || len(validation.IsDNS1123Label(name.Name)) > 0 || len(validation.IsDNS1123Label(namespace)) > 0 {
		return unavailable, fmt.Errorf("service %q does not exist in namespace %s", name.Name, namespace)
	}
	if service.Spec.Type == corev1.ServiceTypeExternalName {
		return unavailable, fmt.Errorf("service %q is of type ExternalName, which is not supported", name.Name)
	}
	port, err := servicePort(service, backend.Service.Port)
	if err != nil {
		return unavailable, err
	}
	upstream := Upstream{
		Name:    fmt.Sprintf("%s.%s.%d", namespace, name.Name, port.Port),
		Servers: servers(b.slices[name], port.Name),
	}
	if len(upstream.Servers) == 0 {
		return unavailable, nil
	}
	b.upstreams[upstream.Name] = upstream
	return Target{Upstream: upstream.Name}, nil
}

func servicePort(service *corev1.Service, want networkingv1.ServiceBackendPort) (corev1.ServicePort, error) {
	for _, port := range service.Spec.Ports {
		if port.Protocol != "" && port.Protocol != corev1.ProtocolTCP {
			continue
		}
		if want.Name != "" && port.Name == want.Name || want.Name == "" && port.Port == want.Number {
			return port, nil
		}
	}
	if want.Name != "" {
		return corev1.ServicePort{}, fmt.Errorf("service %q has no TCP port named %q", service.Name, want.Name)
	}
	return corev1.ServicePort{}, fmt.Errorf("service %q has no TCP port %d", service.Name, want.Number)
}
