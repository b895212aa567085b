package config

import (
	"testing"

	networkingv1 "k8s.io/api/networking/v1"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

// TestWrongAnnotationsRejectTheWholeIngress holds what F5's controller 5.4.3
// validates: an Ingress with a wrong value of one annotation is not served at all.
func TestWrongAnnotationsRejectTheWholeIngress(t *testing.T) {
	const websockets = "nginx.org/websocket-services"
	tests := []struct {
		name, annotation, value string
		// want is part of the only message; empty accepts the Ingress.
		want string
	}{
		{"a service of a rule", websockets, "a", ""},
		{"all services", websockets, "a,b,c", ""},
		{"the default backend's", websockets, "d", ""},
		{"a service that exists, but is not used", websockets, "e", `not use the services "e"`},
		{"a service that does not exist", websockets, "nobody", `not use the services "nobody"`},
		{"one of several", websockets, "a,e,b", `not use the services "e"`},
		{"a space belongs to the name", websockets, "a, b", `" b"`},
		{"an empty name", websockets, "a,", `""`},
		{"nothing", websockets, "", "must not be empty"},
		{"no boolean", "nginx.org/ssl-redirect", "maybe", `"maybe" is neither true nor false`},
		{"no boolean, deprecated name", "ingress.kubernetes.io/ssl-redirect", "maybe", `"maybe" is neither true nor false`},
		{"an empty boolean", "nginx.org/ssl-redirect", "", "must not be empty"},
		{"what another controller reads", "nginx.ingress.kubernetes.io/ssl-redirect", "maybe", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ing := fixture.Ingress("web", 0, "h / P a", "h /b P b", "i / P c")
			ing.Spec.DefaultBackend = fixture.Backend("d")
			ing.Annotations[tt.annotation] = tt.value
			younger := fixture.Ingress("younger", 1, "i / P e")
			model := Build(cluster(ing, younger), testOptions(t))
			if tt.want == "" {
				if model.Rejected(ing) || model.Match("h", "/") != to("a") {
					t.Errorf("not accepted: %v; the host leads to %+v", messages(model), model.Match("h", "/"))
				}
				return
			}
			wantMessages(t, model, tt.want)
			if !model.Rejected(ing) || model.Rejected(younger) {
				t.Errorf("rejected: %v and the other %v", model.Rejected(ing), model.Rejected(younger))
			}
			for _, path := range []string{"/", "/b"} {
				if got := model.Match("h", path); got != notFound {
					t.Errorf("h%s leads to %+v, want nowhere", path, got)
				}
			}
			if got := model.Match("i", "/"); got != to("e") {
				t.Errorf("the other Ingress leads to %+v", got)
			}
		})
	}
}

// TestARejectedIngressStaysInTheModel lets its owner be told.
func TestARejectedIngressStaysInTheModel(t *testing.T) {
	ing := fixture.WithTLS(fixture.Ingress("web", 0, "h / P a"), "s", "h")
	ing.Annotations["nginx.org/websocket-services"] = "b"
	model := Build(cluster(ing), testOptions(t))
	if len(model.Ingresses) != 1 || len(model.Hosts) != 1 || len(model.Upstreams) != 0 {
		t.Errorf("%d ingresses, %d hosts, %d upstreams; want the Ingress, the default host and no upstream",
			len(model.Ingresses), len(model.Hosts), len(model.Upstreams))
	}
	var none *networkingv1.Ingress
	if model.Rejected(none) {
		t.Error("nothing is rejected")
	}
}
