package config

import (
	"fmt"
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
// annotation names; this one does so for every service.
const websocketAnnotation = "nginx.org/websocket-services"

// wantsRedirect reads the redirect annotation; anything but a boolean is
// reported and leaves the default.
func wantsRedirect(ing *networkingv1.Ingress) (bool, error) {
	for _, name := range redirectAnnotations {
		value, found := ing.Annotations[name]
		if !found {
			continue
		}
		want, err := strconv.ParseBool(value)
		if err != nil {
			return true, fmt.Errorf("annotation %s: %q is neither true nor false; redirecting to https", name, value)
		}
		return want, nil
	}
	return true, nil
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
