package platform_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
)

var _ = suite.Checks(func() {
	Describe("Nodes", func() {
		It("has a control plane and two workers, all ready, with Kubernetes 1.35.5", func(ctx SpecContext) {
			var nodes corev1.NodeList
			Expect(cluster.List(ctx, &nodes)).To(Succeed())
			Expect(nodes.Items).To(HaveLen(3))
			for _, node := range nodes.Items {
				Expect(node.Status.Conditions).To(ContainElement(And(
					HaveField("Type", corev1.NodeReady), HaveField("Status", corev1.ConditionTrue),
				)), node.Name)
				Expect(node.Status.NodeInfo.KubeletVersion).To(Equal("v1.35.5"), node.Name)
			}
		}, SpecTimeout(timeouts.APIRequest.Duration))

		It("gives each worker no more to the scheduler than an A1 node has", func(ctx SpecContext) {
			var nodes corev1.NodeList
			Expect(cluster.List(ctx, &nodes)).To(Succeed())
			for _, node := range nodes.Items {
				Expect(node.Status.Allocatable.Cpu().MilliValue()).To(BeNumerically("<=", 2000), node.Name)
				Expect(node.Status.Allocatable.Memory().Value()).To(BeNumerically("<=", 8<<30), node.Name)
				Expect(node.Status.Allocatable.Memory().Value()).To(BeNumerically(">=", 7<<30), node.Name)
			}
		}, SpecTimeout(timeouts.APIRequest.Duration))

		It("answers `kubectl top nodes`: usage of every node through the metrics API", func(ctx SpecContext) {
			Eventually(func(g Gomega, ctx SpecContext) {
				raw, err := cluster.Clients.Discovery().RESTClient().Get().AbsPath("/apis/metrics.k8s.io/v1beta1/nodes").DoRaw(ctx)
				g.Expect(err).NotTo(HaveOccurred())
				var list struct {
					Items []struct {
						Usage corev1.ResourceList `json:"usage"`
					} `json:"items"`
				}
				g.Expect(json.Unmarshal(raw, &list)).To(Succeed())
				g.Expect(list.Items).To(HaveLen(3))
				for _, node := range list.Items {
					g.Expect(node.Usage.Memory().Value()).To(BeNumerically(">", 0))
					g.Expect(node.Usage.Cpu().MilliValue()).To(BeNumerically(">", 0))
				}
			}).WithContext(ctx).WithPolling(timeouts.PollInterval.Duration).WithTimeout(timeouts.MetricsAvailable.Duration).Should(Succeed())
		}, SpecTimeout(timeouts.MetricsAvailable.Duration))
	})
})
