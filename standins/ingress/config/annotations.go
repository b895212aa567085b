package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
)

// The two spellings that F5's controller documents for switching the redirect
// to https off (or on, the default) for one Ingress.
var redirectAnnotations = []string{"nginx.org/ssl-redirect", "ingress.kubernetes.io/ssl-redirect"}

// F5's controller upgrades connections to WebSockets for the services that this
// annotation names, which must be services of the Ingress; this one does so for
// every service.
const websocketAnnotation = "nginx.org/websocket-services"

// wantsRedirect reads the redirect annotation of an Ingress that is not rejected.
func wantsRedirect(ing *networkingv1.Ingress) bool {
	for _, name := range redirectAnnotations {
		if want, err := strconv.ParseBool(ing.Annotations[name]); err == nil {
			return want
		}
	}
	return true
}

// unhonoured names the annotations that other NGINX controllers read and this
// one does not, so that nobody takes them for effective.
func unhonoured(ing *networkingv1.Ingress) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(ing.Annotations)) {
		if name == websocketAnnotation || slices.Contains(redirectAnnotations, name) {
			continue
		}
		for _, prefix := range []string{"nginx.org/", "nginx.com/", "ingress.kubernetes.io/", "nginx.ingress.kubernetes.io/"} {
			if strings.HasPrefix(name, prefix) {
				names = append(names, name)
			}
		}
	}
	return names
}
