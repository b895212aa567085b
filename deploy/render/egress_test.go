package render

import (
	"net/netip"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec/todo"
)

// restricted are the namespaces whose pods may connect to few.
var restricted = []string{"todo-app", "kafka", "postgresql"}

// leaves evaluates the policies of a pod's namespace for a connection to a pod of
// another one.
func leaves(t *testing.T, policies []networkingv1.NetworkPolicySpec, from map[string]string, namespace string, to map[string]string, port int) bool {
	t.Helper()
	isolated := false
	for _, policy := range policies {
		if !slices.Contains(policy.PolicyTypes, networkingv1.PolicyTypeEgress) || !selects(t, policy.PodSelector, from) {
			continue
		}
		isolated = true
		for _, rule := range policy.Egress {
			if !admitsPort(rule.Ports, port) {
				continue
			}
			for _, peer := range rule.To {
				if peer.NamespaceSelector != nil && selects(t, *peer.NamespaceSelector, map[string]string{corev1.LabelMetadataName: namespace}) &&
					(peer.PodSelector == nil || selects(t, *peer.PodSelector, to)) {
					return true
				}
			}
		}
	}
	return !isolated
}

// TestEgressMatchesTheSpec holds what pods may connect to against the connections that
// the specification names, and against what Dapr's sidecars need.
func TestEgressMatchesTheSpec(t *testing.T) {
	network := todo.Must().Network
	eachEnvironment(t, func(t *testing.T, objects []unstructured.Unstructured) {
		policies, listening := policiesOf(t, objects), listenersOf(t, objects)
		try := func(from, to string, port int, want bool, why string) {
			pods := listening[to][int32(port)]
			if len(pods) == 0 {
				t.Errorf("nothing in %s listens on %d", to, port)
			}
			for _, pod := range pods {
				if got := leaves(t, policies[from], nil, to, pod, port); got != want {
					t.Errorf("from %s to %s %v port %d: leaves %v, want %v (%s)", from, to, pod, port, got, want, why)
				}
			}
		}
		for _, flow := range network.Allowed {
			try(flow.From, flow.To, flow.Port, true, flow.Why)
		}
		for _, flow := range network.Outbound.Denied {
			try(flow.From, flow.To, flow.Port, false, flow.Why)
		}
		// What daprd connects to: operator, sentry, placement and scheduler.
		for _, port := range []int{6500, 50001, 50005, 50006} {
			try("todo-app", todo.Must().Dapr.Namespace, port, true, "Dapr's control plane")
		}
		names := map[string]string{"k8s-app": "kube-dns"}
		for _, from := range restricted {
			if !leaves(t, policies[from], nil, metav1.NamespaceSystem, names, 53) {
				t.Errorf("pods of %s cannot ask for names", from)
			}
			for _, other := range []string{"default", "ingress-nginx", "chaos-mesh", "monitoring"} {
				if leaves(t, policies[from], nil, other, nil, 443) {
					t.Errorf("pods of %s may connect to %s", from, other)
				}
			}
		}
	})
}

// TestMetadataAddressIsOutOfReach evaluates the policies for the address itself.
func TestMetadataAddressIsOutOfReach(t *testing.T) {
	metadata := todo.Must().Network.Outbound.Metadata
	eachEnvironment(t, func(t *testing.T, objects []unstructured.Unstructured) {
		if !slices.Equal(metadata.Hidden, restricted) {
			t.Errorf("hidden from %q, want %q", metadata.Hidden, restricted)
		}
		for _, namespace := range metadata.Hidden {
			var policies []networkingv1.NetworkPolicy
			for _, policy := range policiesOf(t, objects)[namespace] {
				policies = append(policies, networkingv1.NetworkPolicy{Spec: policy})
			}
			admitting, isolated := kube.EgressTo(policies, netip.MustParseAddr(metadata.Address), int32(metadata.Port))
			if len(admitting) > 0 || !isolated {
				t.Errorf("%s: %d policies admit %s, every pod is isolated: %v", namespace, len(admitting), metadata.Address, isolated)
			}
		}
	})
}

// TestKubernetesAPIIsForThoseWhoUseIt finds who may connect to the API by its address:
// sidecars that read a Secret, and Kafka's operators.
func TestKubernetesAPIIsForThoseWhoUseIt(t *testing.T) {
	// api is what the chart takes for the API where there is no cluster.
	api := netip.MustParseAddr("192.0.2.1")
	want := map[string][]string{"kafka": {"strimzi-cluster-operator", "todo-kafka-entity-operator"}, "postgresql": nil}
	for _, app := range todo.Must().Deployments {
		if slices.Contains(todo.Must().Component("kubernetes-secrets").Scopes, app.Dapr.AppID) {
			want[app.Namespace] = append(want[app.Namespace], app.Name)
		}
	}
	eachEnvironment(t, func(t *testing.T, objects []unstructured.Unstructured) {
		for _, namespace := range restricted {
			var got []string
			for _, policy := range policiesOf(t, objects)[namespace] {
				admitting, everyPod := kube.EgressTo([]networkingv1.NetworkPolicy{{Spec: policy}}, api, 6443)
				if len(admitting) == 0 {
					continue
				}
				if everyPod {
					t.Errorf("every pod of %s may use the API", namespace)
				}
				for _, name := range policy.PodSelector.MatchLabels {
					got = append(got, name)
				}
			}
			slices.Sort(got)
			if wanted := slices.Sorted(slices.Values(want[namespace])); !slices.Equal(got, wanted) {
				t.Errorf("in %s %q may use the API, want %q", namespace, got, wanted)
			}
		}
	})
}
