package platform_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var _ = suite.Checks(func() {
	Describe("The pod network", func() {
		It("enforces a NetworkPolicy across nodes, and stops when it is gone", func(ctx SpecContext) {
			namespace := probeNamespace(ctx, nil)
			server := startServer(ctx, namespace)
			good, bad := startClient(ctx, namespace, "good"), startClient(ctx, namespace, "bad")
			becomes(ctx, true, good, server)
			becomes(ctx, true, bad, server)

			policy := &networkingv1.NetworkPolicy{
				ObjectMeta: metav1.ObjectMeta{Name: "only-good", Namespace: namespace},
				Spec: networkingv1.NetworkPolicySpec{
					PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"app": "server"}},
					PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
					Ingress: []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{
						PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "good"}},
					}}}},
				},
			}
			Expect(cluster.Create(ctx, policy)).To(Succeed())
			becomes(ctx, false, bad, server)
			becomes(ctx, true, good, server)

			Expect(cluster.Remove(ctx, policy, timeouts.ObjectDeleted.Duration)).To(Succeed())
			becomes(ctx, true, bad, server)
		}, SpecTimeout(timeouts.NamespaceDeleted.Duration))
	})
})
