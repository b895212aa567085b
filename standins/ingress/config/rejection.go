package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
)

// rejections says why nothing of an Ingress is honoured. F5's controller 5.4.3
// validates the annotations that it knows before anything else, and an Ingress with
// one wrong value is not served at all (its internal/k8s/validation.go).
func rejections(ing *networkingv1.Ingress) []string {
	var reasons []string
	for _, name := range append([]string{websocketAnnotation}, redirectAnnotations...) {
		value, found := ing.Annotations[name]
		if !found {
			continue
		}
		if reason := wrongValue(ing, name, value); reason != "" {
			reasons = append(reasons, fmt.Sprintf("annotation %s: %s", name, reason))
		}
	}
	return reasons
}

func wrongValue(ing *networkingv1.Ingress, name, value string) string {
	if value == "" {
		return "the value must not be empty"
	}
	if name != websocketAnnotation {
		if _, err := strconv.ParseBool(value); err != nil {
			return fmt.Sprintf("%q is neither true nor false", value)
		}
		return ""
	}
	used := servicesOf(ing)
	var unknown []string
	for service := range strings.SplitSeq(value, ",") { // a space is part of a name there
		if !slices.Contains(used, service) {
			unknown = append(unknown, strconv.Quote(service))
		}
	}
	if len(unknown) == 0 {
		return ""
	}
	return "the Ingress does not use the services " + strings.Join(unknown, ", ")
}

// servicesOf are the services to which an Ingress leads.
func servicesOf(ing *networkingv1.Ingress) []string {
	var services []string
	add := func(backend *networkingv1.IngressBackend) {
		if backend != nil && backend.Service != nil {
			services = append(services, backend.Service.Name)
		}
	}
	add(ing.Spec.DefaultBackend)
	for _, rule := range ing.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for i := range rule.HTTP.Paths {
			add(&rule.HTTP.Paths[i].Backend)
		}
	}
	return services
}
