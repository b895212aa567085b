package controller

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

func published(kind corev1.ServiceType, change func(*corev1.Service)) *corev1.Service {
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ingress-nginx", Name: "controller"},
		Spec:       corev1.ServiceSpec{Type: kind, ClusterIP: "10.96.0.9"},
	}
	change(service)
	return service
}

func TestStatusAddresses(t *testing.T) {
	ip := func(s string) networkingv1.IngressLoadBalancerIngress {
		return networkingv1.IngressLoadBalancerIngress{IP: s}
	}
	name := networkingv1.IngressLoadBalancerIngress{Hostname: "lb.example"}
	none := func(*corev1.Service) {}
	tests := []struct {
		name    string
		fixed   []string
		service *corev1.Service
		want    []networkingv1.IngressLoadBalancerIngress
	}{
		{"given", []string{"lb.example", "192.0.2.1", "192.0.2.1"}, published(corev1.ServiceTypeNodePort, none), []networkingv1.IngressLoadBalancerIngress{ip("192.0.2.1"), name}},
		{"node port", nil, published(corev1.ServiceTypeNodePort, none), []networkingv1.IngressLoadBalancerIngress{ip("10.96.0.9")}},
		{"external IPs", nil, published(corev1.ServiceTypeClusterIP, func(s *corev1.Service) { s.Spec.ExternalIPs = []string{"192.0.2.7"} }), []networkingv1.IngressLoadBalancerIngress{ip("192.0.2.7")}},
		{"load balancer that is not there yet", nil, published(corev1.ServiceTypeLoadBalancer, none), nil},
		{"load balancer", nil, published(corev1.ServiceTypeLoadBalancer, func(s *corev1.Service) {
			s.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "203.0.113.5"}, {Hostname: "lb.example"}}
		}), []networkingv1.IngressLoadBalancerIngress{ip("203.0.113.5"), name}},
		{"headless", nil, published(corev1.ServiceTypeClusterIP, func(s *corev1.Service) { s.Spec.ClusterIP = corev1.ClusterIPNone }), nil},
		{"no service", nil, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, objects := web(t)
			if tt.service != nil {
				objects = append(objects, tt.service)
			}
			r := newRig(t, objects...)
			r.StatusAddresses, r.PublishService = tt.fixed, types.NamespacedName{Namespace: "ingress-nginx", Name: "controller"}
			r.mustStep()
			if diff := cmp.Diff(tt.want, r.status("web")); diff != "" {
				t.Errorf("status (-want +got):\n%s", diff)
			}
			patches := r.patches
			r.mustStep()
			if r.patches != patches {
				t.Error("an unchanged status was written again")
			}
		})
	}
}

func TestOnlyOurIngressesHaveOurStatus(t *testing.T) {
	other := fixture.Ingress("other", 0, "o / P a")
	*other.Spec.IngressClassName = "traefik"
	_, objects := web(t)
	r := newRig(t, append(objects, other)...)
	r.StatusAddresses = []string{"192.0.2.1"}
	r.mustStep()
	if got := r.status("other"); got != nil {
		t.Errorf("the Ingress of another class has status %v", got)
	}
}

func TestAStatusThatCannotBeWritten(t *testing.T) {
	_, objects := web(t)
	r := newRig(t, objects...)
	r.StatusAddresses = []string{"192.0.2.1"}
	r.patchErr = errors.New("forbidden")
	if err := r.step(); err == nil || !strings.Contains(err.Error(), "todo-app/web: forbidden") {
		t.Errorf("step: %v", err)
	}
	if err := r.ready(); err != nil {
		t.Errorf("the configuration is live, but Ready says %v", err)
	}
	r.patchErr = apierrors.NewNotFound(schema.GroupResource{Resource: "ingresses"}, "web")
	if err := r.step(); err != nil {
		t.Errorf("an Ingress that was deleted meanwhile: %v", err)
	}
}
