package render

import (
	"maps"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"assay.dev/assay/spec"
)

// brokerLabels are those of the pods for which Strimzi makes a policy of the
// listener's peers.
func brokerLabels(p *spec.Platform) map[string]string {
	return map[string]string{"strimzi.io/name": p.Kafka.Name + "-kafka"}
}

// TestNetworkPoliciesMatchTheSpec evaluates the policies as Kubernetes defines
// them: a pod that none selects is open, one that some select is open to what one
// of them names.
func TestNetworkPoliciesMatchTheSpec(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		network := p.Network
		policies, listening := policiesOf(t, p, objects), listenersOf(t, p, objects)
		for want, flows := range map[bool][]spec.Flow{true: network.Allowed, false: network.Denied} {
			for _, flow := range flows {
				pods := listening[flow.To][int32(flow.Port)]
				if len(pods) == 0 {
					t.Errorf("nothing in %s listens on %d", flow.To, flow.Port)
				}
				for _, pod := range pods {
					if got := admitted(t, policies[flow.To], pod, flow); got != want {
						t.Errorf("from %s to %s %v port %d: admitted %v, want %v (%s)", flow.From, flow.To, pod, flow.Port, got, want, flow.Why)
					}
				}
			}
		}
	})
}

// TestNamespacesDenyByDefault finds pods that only their lack of rules protects:
// operators, and whatever is added later.
func TestNamespacesDenyByDefault(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		policies := policiesOf(t, p, objects)
		for _, flow := range p.Network.Allowed {
			denies := false
			for _, policy := range policies[flow.To] {
				everyPod := len(policy.PodSelector.MatchLabels)+len(policy.PodSelector.MatchExpressions) == 0
				denies = denies || ofIngress(policy) && everyPod && len(policy.Ingress) == 0
			}
			if !denies {
				t.Errorf("%s has no policy that selects every pod and lets nobody in", flow.To)
			}
		}
	})
}

// policiesOf returns the policies by namespace, with the one that Strimzi makes.
func policiesOf(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) map[string][]networkingv1.NetworkPolicySpec {
	t.Helper()
	found := map[string][]networkingv1.NetworkPolicySpec{}
	for _, object := range objects {
		if object.GetKind() != "NetworkPolicy" {
			continue
		}
		var policy networkingv1.NetworkPolicy
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &policy); err != nil {
			t.Fatal(err)
		}
		found[policy.Namespace] = append(found[policy.Namespace], policy.Spec)
	}
	specified := p.Kafka
	kafka := named(t, objects, "Kafka", specified.Namespace, specified.Name)
	listeners, _ := at(kafka, "spec", "kafka", "listeners").([]any)
	for _, listener := range listeners {
		var decoded struct {
			Port  int32                            `json:"port"`
			Peers []networkingv1.NetworkPolicyPeer `json:"networkPolicyPeers"`
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(listener.(map[string]any), &decoded); err != nil {
			t.Fatal(err)
		}
		port := intstr.FromInt32(decoded.Port)
		found[specified.Namespace] = append(found[specified.Namespace], networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: brokerLabels(p)},
			Ingress: []networkingv1.NetworkPolicyIngressRule{{
				From: decoded.Peers, Ports: []networkingv1.NetworkPolicyPort{{Port: &port}},
			}},
		})
	}
	return found
}

// listenersOf returns the labels of the pods that listen, by namespace and port.
func listenersOf(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) map[string]map[int32][]map[string]string {
	t.Helper()
	pods, err := Pods(objects)
	if err != nil {
		t.Fatal(err)
	}
	kafka := p.Kafka
	found := map[string]map[int32][]map[string]string{kafka.Namespace: {int32(kafka.Listener.Port): {brokerLabels(p)}}}
	for _, pod := range pods {
		for _, container := range pod.Containers() {
			for _, port := range container.Ports {
				if found[pod.Namespace] == nil {
					found[pod.Namespace] = map[int32][]map[string]string{}
				}
				ports := found[pod.Namespace]
				ports[port.ContainerPort] = append(ports[port.ContainerPort], pod.Metadata.Labels)
			}
		}
	}
	return found
}

// admitted evaluates the policies of a pod's namespace for a connection from any
// pod of another one.
func admitted(t *testing.T, policies []networkingv1.NetworkPolicySpec, pod map[string]string, flow spec.Flow) bool {
	t.Helper()
	isolated := false
	for _, policy := range policies {
		if !ofIngress(policy) || !selects(t, policy.PodSelector, pod) {
			continue
		}
		isolated = true
		for _, rule := range policy.Ingress {
			if admitsPort(rule.Ports, flow.Port) && admitsPeer(t, rule.From, flow.From) {
				return true
			}
		}
	}
	return !isolated
}

// ofIngress reports whether a policy is one of connections to pods, as all are that do
// not say otherwise.
func ofIngress(policy networkingv1.NetworkPolicySpec) bool {
	return len(policy.PolicyTypes) == 0 || slices.Contains(policy.PolicyTypes, networkingv1.PolicyTypeIngress)
}

func admitsPort(ports []networkingv1.NetworkPolicyPort, port int) bool {
	for _, allowed := range ports {
		if allowed.Port.IntValue() == port {
			return true
		}
	}
	return len(ports) == 0
}

// admitsPeer counts peers that name a namespace; those that name pods alone mean
// the policy's own namespace, which no flow comes from.
func admitsPeer(t *testing.T, peers []networkingv1.NetworkPolicyPeer, namespace string) bool {
	t.Helper()
	for _, peer := range peers {
		if peer.NamespaceSelector != nil && selects(t, *peer.NamespaceSelector, map[string]string{corev1.LabelMetadataName: namespace}) {
			return true
		}
	}
	return len(peers) == 0
}

func selects(t *testing.T, selector metav1.LabelSelector, set map[string]string) bool {
	t.Helper()
	parsed, err := metav1.LabelSelectorAsSelector(&selector)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Matches(labels.Set(maps.Clone(set)))
}
