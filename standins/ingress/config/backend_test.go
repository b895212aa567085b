package config

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/utils/ptr"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

func addrPorts(list ...string) []netip.AddrPort {
	var out []netip.AddrPort
	for _, s := range list {
		out = append(out, netip.MustParseAddrPort(s))
	}
	return out
}

func TestServersAreTheReadyPods(t *testing.T) {
	nilConditions := discoveryv1.Endpoint{Addresses: []string{"10.0.0.9"}}
	tests := []struct {
		name  string
		slice []*discoveryv1.EndpointSlice
		want  []netip.AddrPort
	}{
		{"none", nil, nil},
		{"ready, sorted", []*discoveryv1.EndpointSlice{fixture.Endpoints("a", fixture.Pod("10.0.0.2", "rs"), fixture.Pod("10.0.0.1", "rs"))}, addrPorts("10.0.0.1:3000", "10.0.0.2:3000")},
		{"unknown counts as ready", []*discoveryv1.EndpointSlice{fixture.Endpoints("a", nilConditions)}, addrPorts("10.0.0.9:3000")},
		{"not ready", []*discoveryv1.EndpointSlice{fixture.Endpoints("a", fixture.Pod("10.0.0.1", ""), fixture.Pod("10.0.0.2", "rs"))}, addrPorts("10.0.0.2:3000")},
		{"terminating only beside ready", []*discoveryv1.EndpointSlice{fixture.Endpoints("a", fixture.Pod("10.0.0.1", "st"), fixture.Pod("10.0.0.2", "rs"))}, addrPorts("10.0.0.2:3000")},
		{"terminating but serving when none is ready", []*discoveryv1.EndpointSlice{fixture.Endpoints("a", fixture.Pod("10.0.0.1", "st"), fixture.Pod("10.0.0.2", "t"))}, addrPorts("10.0.0.1:3000")},
		{"none ready", []*discoveryv1.EndpointSlice{fixture.Endpoints("a", fixture.Pod("10.0.0.1", ""), fixture.Pod("10.0.0.2", "s"))}, nil},
		{"two slices, one pod in both", []*discoveryv1.EndpointSlice{fixture.Endpoints("a", fixture.Pod("10.0.0.1", "rs")), fixture.Endpoints("a", fixture.Pod("10.0.0.1", "rs"), fixture.Pod("10.0.0.2", "rs"))}, addrPorts("10.0.0.1:3000", "10.0.0.2:3000")},
		{"IPv6", []*discoveryv1.EndpointSlice{fixture.Endpoints("a", fixture.Pod("fd00::1", "rs"))}, addrPorts("[fd00::1]:3000")},
		{"addresses that are no pod's", []*discoveryv1.EndpointSlice{fixture.Endpoints("a",
			fixture.Pod("127.0.0.1", "rs"), fixture.Pod("169.254.169.254", "rs"), fixture.Pod("0.0.0.0", "rs"), fixture.Pod("::1", "rs"), fixture.Pod("fe80::1%eth0", "rs"),
			fixture.Pod("evil.example", "rs"), fixture.Pod("10.0.0.1; } #", "rs"), discoveryv1.Endpoint{})}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := servers(tt.slice, "http")
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
				t.Errorf("servers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestServersOfUnnamedAndForeignPorts(t *testing.T) {
	slice := fixture.Endpoints("a", fixture.Pod("10.0.0.1", "rs"))
	slice.Ports = []discoveryv1.EndpointPort{
		{Port: ptr.To[int32](53), Protocol: ptr.To(corev1.ProtocolUDP)},
		{Port: ptr.To[int32](70000)},
		{Port: nil},
		{Port: ptr.To[int32](8000), Protocol: ptr.To(corev1.ProtocolTCP)},
	}
	got := servers([]*discoveryv1.EndpointSlice{slice}, "")
	if len(got) != 1 || got[0] != netip.MustParseAddrPort("10.0.0.1:8000") {
		t.Errorf("servers = %v", got)
	}
	slice.AddressType = discoveryv1.AddressTypeFQDN
	if got := servers([]*discoveryv1.EndpointSlice{slice}, ""); got != nil {
		t.Errorf("servers of a slice of DNS names = %v", got)
	}
}

func TestBackendsThatDoNotResolve(t *testing.T) {
	in := cluster(fixture.Ingress("web", 0,
		"h /none P missing", "h /name P a:https", "h /number P a:3000", "h /external P external", "h /empty P empty", "h /resource P a", "h /nothing P a"))
	in.Ingresses[0].Spec.Rules[5].HTTP.Paths[0].Backend = networkingv1.IngressBackend{
		Resource: &corev1.TypedLocalObjectReference{Kind: "Bucket", Name: "static"},
	}
	in.Ingresses[0].Spec.Rules[6].HTTP.Paths[0].Backend = networkingv1.IngressBackend{}
	external := fixture.Service("external")
	external.Spec.Type, external.Spec.ExternalName = corev1.ServiceTypeExternalName, "metadata.internal"
	in.Services = append(in.Services, external, fixture.Service("empty"))
	in.EndpointSlices = append(in.EndpointSlices, fixture.Endpoints("external", fixture.Pod("10.9.9.9", "rs")))

	model := Build(in, testOptions(t))
	wantMessages(t, model,
		`"/none" of h answers 503: service "missing" does not exist`,
		`service "a" has no TCP port named "https"`,
		`service "a" has no TCP port 3000`,
		`ExternalName`,
		`backend resource Bucket "static"`,
		`backend names no Service`,
	)
	for _, path := range []string{"/none", "/name", "/number", "/external", "/empty", "/resource", "/nothing"} {
		if got := model.Match("h", path); got != unavailable {
			t.Errorf("Match(%q) = %+v, want 503", path, got)
		}
	}
	if len(model.Upstreams) != 0 {
		t.Errorf("upstreams without servers or reason: %+v", model.Upstreams)
	}
}

func TestServicesOfOtherNamespacesAreOutOfReach(t *testing.T) {
	in := cluster(fixture.Ingress("web", 0, "h / P secret"))
	other := fixture.Service("secret")
	other.Namespace = "kafka"
	slice := fixture.Endpoints("secret", fixture.Pod("10.0.0.7", "rs"))
	slice.Namespace = "kafka"
	in.Services = append(in.Services, other)
	in.EndpointSlices = append(in.EndpointSlices, slice)
	model := Build(in, testOptions(t))
	wantMessages(t, model, `service "secret" does not exist in namespace todo-app`)
}
