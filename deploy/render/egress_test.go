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
	"assay.dev/assay/spec"
)

// restricted are the namespaces whose pods may connect to few: of the applications, of
// Kafka and of the database.
func restricted(p *spec.Platform) []string {
	database, _ := p.OfRole(spec.RoleStateDatabase)
	return []string{p.Deployments[0].Namespace, p.Kafka.Namespace, database.Namespace}
}

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

// unrelated are namespaces to which pods of restricted ones have no connection.
func unrelated(p *spec.Platform) []string {
	found := []string{"default"}
	for _, role := range []spec.Role{spec.RoleIngress, spec.RoleChaosDaemon, spec.RoleMetrics} {
		row, _ := p.OfRole(role)
		found = append(found, row.Namespace)
	}
	return found
}

// TestEgressMatchesTheSpec holds what pods may connect to against the connections that
// the specification names, and against what Dapr's sidecars need.
func TestEgressMatchesTheSpec(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		network := p.Network
		policies, listening := policiesOf(t, p, objects), listenersOf(t, p, objects)
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
			try(p.Deployments[0].Namespace, p.Dapr.Namespace, port, true, "Dapr's control plane")
		}
		names := map[string]string{"k8s-app": "kube-dns"}
		for _, from := range restricted(p) {
			if !leaves(t, policies[from], nil, metav1.NamespaceSystem, names, 53) {
				t.Errorf("pods of %s cannot ask for names", from)
			}
			for _, other := range unrelated(p) {
				if leaves(t, policies[from], nil, other, nil, 443) {
					t.Errorf("pods of %s may connect to %s", from, other)
				}
			}
		}
	})
}

// TestMetadataAddressIsOutOfReach evaluates the policies for the address itself.
func TestMetadataAddressIsOutOfReach(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		metadata := p.Network.Outbound.Metadata
		if !slices.Equal(metadata.Hidden, restricted(p)) {
			t.Errorf("hidden from %q, want %q", metadata.Hidden, restricted(p))
		}
		for _, namespace := range metadata.Hidden {
			var policies []networkingv1.NetworkPolicy
			for _, policy := range policiesOf(t, p, objects)[namespace] {
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
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		want := map[string][]string{p.Kafka.Namespace: {p.Kafka.Operator.Deployment, p.Kafka.Name + "-entity-operator"}}
		for _, app := range p.Deployments {
			if slices.Contains(secretStore(p).Scopes, app.Dapr.AppID) {
				want[app.Namespace] = append(want[app.Namespace], app.Name)
			}
		}
		for _, namespace := range restricted(p) {
			var got []string
			for _, policy := range policiesOf(t, p, objects)[namespace] {
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
