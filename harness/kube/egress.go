package kube

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// EgressTo evaluates the NetworkPolicies of a namespace for TCP connections of its pods
// to an address outside of the pod network. It returns the names of those that let some
// pod through, and whether every pod is isolated, so that what no policy lets through
// is refused (Kubernetes, Network Policies, "The two sorts of pod isolation").
func EgressTo(policies []networkingv1.NetworkPolicy, address netip.Addr, port int32) (admitting []string, isolated bool) {
	for _, policy := range policies {
		if !restrictsEgress(policy.Spec) {
			continue
		}
		selector := policy.Spec.PodSelector
		isolated = isolated || len(selector.MatchLabels)+len(selector.MatchExpressions) == 0
		if slices.ContainsFunc(policy.Spec.Egress, func(rule networkingv1.NetworkPolicyEgressRule) bool {
			return toPort(rule.Ports, port) && toAddress(rule.To, address)
		}) {
			admitting = append(admitting, policy.Name)
		}
	}
	return admitting, isolated
}

// restrictsEgress reports whether a policy is one of egress; without types it is if it
// has such rules.
func restrictsEgress(policy networkingv1.NetworkPolicySpec) bool {
	return slices.Contains(policy.PolicyTypes, networkingv1.PolicyTypeEgress) || len(policy.PolicyTypes) == 0 && len(policy.Egress) > 0
}

// toPort reports whether ports have one; none are all of them. A port with a name is
// one of a pod.
func toPort(ports []networkingv1.NetworkPolicyPort, wanted int32) bool {
	for _, p := range ports {
		if p.Protocol != nil && *p.Protocol != corev1.ProtocolTCP {
			continue
		}
		if p.Port == nil {
			return true
		}
		first := int32(p.Port.IntValue())
		last := first
		if p.EndPort != nil {
			last = *p.EndPort
		}
		if first <= wanted && wanted <= last {
			return true
		}
	}
	return len(ports) == 0
}

// toAddress reports whether peers have an address; none are all of them. Selectors
// choose pods, which have other addresses. A block that cannot be read counts as one
// that has it.
func toAddress(peers []networkingv1.NetworkPolicyPeer, address netip.Addr) bool {
	for _, peer := range peers {
		if peer.IPBlock == nil {
			continue
		}
		block, err := netip.ParsePrefix(peer.IPBlock.CIDR)
		if err != nil {
			return true
		}
		excepted := slices.ContainsFunc(peer.IPBlock.Except, func(text string) bool {
			except, err := netip.ParsePrefix(text)
			return err == nil && except.Contains(address)
		})
		if block.Contains(address) && !excepted {
			return true
		}
	}
	return len(peers) == 0
}
