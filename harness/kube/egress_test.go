package kube

import (
	"net/netip"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

// policy is a policy of all pods, with egress rules.
func policy(name string, rules ...networkingv1.NetworkPolicyEgressRule) networkingv1.NetworkPolicy {
	return networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress}, Egress: rules},
	}
}

func to(ports []networkingv1.NetworkPolicyPort, peers ...networkingv1.NetworkPolicyPeer) networkingv1.NetworkPolicyEgressRule {
	return networkingv1.NetworkPolicyEgressRule{To: peers, Ports: ports}
}

func block(cidr string, except ...string) networkingv1.NetworkPolicyPeer {
	return networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: cidr, Except: except}}
}

func ports(from int32, end *int32, protocol corev1.Protocol) []networkingv1.NetworkPolicyPort {
	return []networkingv1.NetworkPolicyPort{{Port: ptr.To(intstr.FromInt32(from)), EndPort: end, Protocol: &protocol}}
}

func TestEgressTo(t *testing.T) {
	deny := policy("deny")
	some := policy("some", to(nil, block("0.0.0.0/0")))
	some.Spec.PodSelector.MatchLabels = map[string]string{"app": "a"}
	ingress := networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: "ingress"}}
	implied := policy("implied", networkingv1.NetworkPolicyEgressRule{})
	implied.Spec.PolicyTypes = nil
	everywhere := networkingv1.NetworkPolicyPeer{NamespaceSelector: &metav1.LabelSelector{}}
	for name, tc := range map[string]struct {
		policies []networkingv1.NetworkPolicy
		admits   []string
		isolated bool
	}{
		"no policy":                      {nil, nil, false},
		"ingress alone":                  {[]networkingv1.NetworkPolicy{ingress}, nil, false},
		"nothing is allowed":             {[]networkingv1.NetworkPolicy{deny}, nil, true},
		"some pods are isolated":         {[]networkingv1.NetworkPolicy{some}, []string{"some"}, false},
		"some pods may":                  {[]networkingv1.NetworkPolicy{deny, some}, []string{"some"}, true},
		"a rule without peers and ports": {[]networkingv1.NetworkPolicy{policy("all", networkingv1.NetworkPolicyEgressRule{})}, []string{"all"}, true},
		"types that rules imply":         {[]networkingv1.NetworkPolicy{implied}, []string{"implied"}, true},
		"pods of all namespaces":         {[]networkingv1.NetworkPolicy{policy("pods", to(nil, everywhere))}, nil, true},
		"a block":                        {[]networkingv1.NetworkPolicy{policy("block", to(nil, block("169.254.0.0/16")))}, []string{"block"}, true},
		"a block with an exception":      {[]networkingv1.NetworkPolicy{policy("x", to(nil, block("0.0.0.0/0", "169.254.169.254/32")))}, nil, true},
		"another exception":              {[]networkingv1.NetworkPolicy{policy("x", to(nil, block("0.0.0.0/0", "10.0.0.0/8")))}, []string{"x"}, true},
		"another block":                  {[]networkingv1.NetworkPolicy{policy("x", to(nil, block("10.0.0.0/8"), block("fd00::/8")))}, nil, true},
		"another port":                   {[]networkingv1.NetworkPolicy{policy("x", to(ports(53, nil, "TCP")))}, nil, true},
		"another protocol":               {[]networkingv1.NetworkPolicy{policy("x", to(ports(80, nil, "UDP")))}, nil, true},
		"the port":                       {[]networkingv1.NetworkPolicy{policy("x", to(ports(80, nil, "TCP")))}, []string{"x"}, true},
		"a range of ports":               {[]networkingv1.NetworkPolicy{policy("x", to(ports(1, ptr.To[int32](80), "TCP")))}, []string{"x"}, true},
		"a range below":                  {[]networkingv1.NetworkPolicy{policy("x", to(ports(1, ptr.To[int32](79), "TCP")))}, nil, true},
		"all ports of a protocol": {[]networkingv1.NetworkPolicy{policy("x", to([]networkingv1.NetworkPolicyPort{{Protocol: ptr.To(corev1.ProtocolTCP)}}))},
			[]string{"x"}, true},
		"what cannot be read": {[]networkingv1.NetworkPolicy{policy("x", to(nil, block("nonsense")))}, []string{"x"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			admits, isolated := EgressTo(tc.policies, netip.MustParseAddr("169.254.169.254"), 80)
			if !slices.Equal(admits, tc.admits) || isolated != tc.isolated {
				t.Errorf("admitted by %q, isolated %v; want %q, %v", admits, isolated, tc.admits, tc.isolated)
			}
		})
	}
}
