package config

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

var epoch = time.Date(2026, 2, 15, 12, 0, 0, 0, time.UTC)

func testOptions(t *testing.T) Options {
	t.Helper()
	certificate, err := SelfSigned(epoch)
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		ClassName: "nginx", ControllerName: "nginx.org/ingress-controller",
		HTTPListen: "8080", HTTPSListen: "8443", RedirectPort: 443,
		RunDir: "/run/test", TempDir: "/tmp/test", AccessLog: "/dev/stdout",
		Workers: 1, WorkerConnections: 64,
		ShutdownTimeout: time.Minute, ConnectTimeout: time.Second, ReadTimeout: time.Minute,
		DefaultCertificate: certificate, Now: epoch,
	}
}

func class() *networkingv1.IngressClass {
	return &networkingv1.IngressClass{
		ObjectMeta: metav1.ObjectMeta{Name: "nginx"},
		Spec:       networkingv1.IngressClassSpec{Controller: "nginx.org/ingress-controller"},
	}
}

// ingress is made age seconds after the epoch; rules are "host path type
// service:port", path types E, P and I.
func ingress(name string, age int, rules ...string) *networkingv1.Ingress {
	ing := &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "todo-app", Name: name,
			CreationTimestamp: metav1.NewTime(epoch.Add(time.Duration(age) * time.Second)),
			Annotations:       map[string]string{},
		},
		Spec: networkingv1.IngressSpec{IngressClassName: ptr.To("nginx")},
	}
	for _, rule := range rules {
		f := strings.Fields(rule)
		host := strings.TrimPrefix(f[0], "-")
		ing.Spec.Rules = append(ing.Spec.Rules, networkingv1.IngressRule{
			Host: host,
			IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
				Paths: []networkingv1.HTTPIngressPath{path(f[1], f[2], f[3])},
			}},
		})
	}
	return ing
}

func path(p, kind, to string) networkingv1.HTTPIngressPath {
	types := map[string]networkingv1.PathType{
		"E": networkingv1.PathTypeExact,
		"P": networkingv1.PathTypePrefix,
		"I": networkingv1.PathTypeImplementationSpecific,
	}
	return networkingv1.HTTPIngressPath{Path: p, PathType: ptr.To(types[kind]), Backend: *backend(to)}
}

func backend(to string) *networkingv1.IngressBackend {
	name, port, _ := strings.Cut(to, ":")
	b := networkingv1.IngressServiceBackend{Name: name}
	switch port {
	case "":
		b.Port.Number = 80
	case "3000":
		b.Port.Number = 3000
	default:
		b.Port.Name = port
	}
	return &networkingv1.IngressBackend{Service: &b}
}

// service has port 80 named http.
func service(name string) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: name},
		Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{
			{Name: "metrics", Port: 9090}, {Name: "http", Port: 80},
		}},
	}
}

func endpoints(of string, list ...discoveryv1.Endpoint) *discoveryv1.EndpointSlice {
	return &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "todo-app", Name: of + "-abcde",
			Labels: map[string]string{discoveryv1.LabelServiceName: of},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports: []discoveryv1.EndpointPort{
			{Name: ptr.To("metrics"), Port: ptr.To[int32](9090)},
			{Name: ptr.To("http"), Port: ptr.To[int32](3000)},
		},
		Endpoints: list,
	}
}

// pod takes the conditions of an endpoint as letters: r(eady), s(erving),
// t(erminating).
func pod(ip, conditions string) discoveryv1.Endpoint {
	has := func(c string) *bool { return ptr.To(strings.Contains(conditions, c)) }
	return discoveryv1.Endpoint{
		Addresses:  []string{ip},
		Conditions: discoveryv1.EndpointConditions{Ready: has("r"), Serving: has("s"), Terminating: has("t")},
	}
}

// cluster has the services a to e with one ready pod each, 10.0.0.1 to .5.
func cluster(ingresses ...*networkingv1.Ingress) Input {
	in := Input{Ingresses: ingresses, IngressClasses: []*networkingv1.IngressClass{class()}}
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		in.Services = append(in.Services, service(name))
		in.EndpointSlices = append(in.EndpointSlices, endpoints(name, pod("10.0.0."+string(rune('1'+i)), "rs")))
	}
	return in
}

func to(service string) Target { return Target{Upstream: "todo-app." + service + ".80"} }

func messages(m *Model) []string {
	var out []string
	for _, p := range m.Problems {
		out = append(out, p.Ingress.Name+": "+p.Message)
	}
	return out
}

// wantMessages checks that the model reports exactly these problems; each want
// is a part of one message, in order.
func wantMessages(t *testing.T, m *Model, wants ...string) {
	t.Helper()
	got := messages(m)
	if len(got) != len(wants) {
		t.Fatalf("got %d problems %q, want %d: %q", len(got), got, len(wants), wants)
	}
	for i, want := range wants {
		if !strings.Contains(got[i], want) {
			t.Errorf("problem %d is %q, want it to contain %q", i, got[i], want)
		}
	}
}
