package platform_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
)

// Ports of kube-router at each node's address.
const (
	healthPort = 20244
	gobgpPort  = 50051
)

var _ = suite.Checks(func() {
	Describe("The pod network's own API", func() {
		It("is closed to pods on every node", func(ctx SpecContext) {
			pod := startServer(ctx, probeNamespace(ctx, nil))
			var nodes corev1.NodeList
			Expect(cluster.List(ctx, &nodes)).To(Succeed())
			Expect(nodes.Items).NotTo(BeEmpty())
			for _, node := range nodes.Items {
				for _, address := range node.Status.Addresses {
					if address.Type != corev1.NodeInternalIP {
						continue
					}
					// What else kube-router serves there is reached: the node is not out of reach.
					open, err := cluster.Reach(ctx, pod, address.Address, healthPort, timeouts.StableFor.Duration)
					Expect(err).NotTo(HaveOccurred())
					Expect(open).To(BeTrue(), "health of kube-router on %s", node.Name)
					open, err = cluster.Reach(ctx, pod, address.Address, gobgpPort, timeouts.StableFor.Duration)
					Expect(err).NotTo(HaveOccurred())
					Expect(open).To(BeFalse(), "GoBGP's API on %s", node.Name)
				}
			}
		}, SpecTimeout(timeouts.NamespaceDeleted.Duration))
	})
})
