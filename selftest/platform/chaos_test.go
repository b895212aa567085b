package platform_test

import (
	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// injectable is the annotation by which a namespace lets faults in: Chaos Mesh's
// namespace filter is on.
var injectable = map[string]string{"chaos-mesh.org/inject": "enabled"}

var _ = suite.Checks(func() {
	Describe("Chaos Mesh", func() {
		It("kills a pod", func(ctx SpecContext) {
			namespace := probeNamespace(ctx, injectable)
			victim := startServer(ctx, namespace)
			uid := victim.UID
			kill := &chaosv1alpha1.PodChaos{
				ObjectMeta: metav1.ObjectMeta{Name: "kill", Namespace: namespace},
				Spec: chaosv1alpha1.PodChaosSpec{
					Action:            chaosv1alpha1.PodKillAction,
					ContainerSelector: chaosv1alpha1.ContainerSelector{PodSelector: one(namespace, "server")},
				},
			}
			Expect(cluster.Create(ctx, kill)).To(Succeed())
			Eventually(func(ctx SpecContext) error {
				var pod corev1.Pod
				if err := cluster.Get(ctx, client.ObjectKeyFromObject(victim), &pod); err != nil {
					return err
				}
				Expect(pod.UID).To(Equal(uid))
				return nil
			}).WithContext(ctx).WithPolling(timeouts.PollInterval.Duration).WithTimeout(timeouts.FaultEffect.Duration).
				Should(MatchError(ContainSubstring("not found")))
			Expect(cluster.Remove(ctx, kill, timeouts.FaultResidue.Duration)).To(Succeed())
		}, SpecTimeout(timeouts.NamespaceDeleted.Duration))

		It("parts two pods by a network partition and joins them again", func(ctx SpecContext) {
			namespace := probeNamespace(ctx, injectable)
			server := startServer(ctx, namespace)
			near := startClient(ctx, namespace, "near")
			becomes(ctx, true, near, server)

			target := one(namespace, "near")
			partition := &chaosv1alpha1.NetworkChaos{
				ObjectMeta: metav1.ObjectMeta{Name: "partition", Namespace: namespace},
				Spec: chaosv1alpha1.NetworkChaosSpec{
					PodSelector: one(namespace, "server"), Action: chaosv1alpha1.PartitionAction,
					Direction: chaosv1alpha1.Both, Target: &target,
				},
			}
			Expect(cluster.Create(ctx, partition)).To(Succeed())
			DeferCleanup(func(ctx SpecContext) { // before the namespace, whose end would be blocked
				Expect(cluster.Remove(ctx, partition, timeouts.FaultResidue.Duration)).To(Succeed())
			}, NodeTimeout(timeouts.FaultResidue.Duration))
			becomes(ctx, false, near, server)

			Expect(cluster.Remove(ctx, partition, timeouts.FaultResidue.Duration)).To(Succeed())
			becomes(ctx, true, near, server)
		}, SpecTimeout(timeouts.NamespaceDeleted.Duration))

		It("leaves a namespace alone that does not let faults in", func(ctx SpecContext) {
			namespace := probeNamespace(ctx, nil)
			spared := startServer(ctx, namespace)
			kill := &chaosv1alpha1.PodChaos{
				ObjectMeta: metav1.ObjectMeta{Name: "kill", Namespace: namespace},
				Spec: chaosv1alpha1.PodChaosSpec{
					Action:            chaosv1alpha1.PodKillAction,
					ContainerSelector: chaosv1alpha1.ContainerSelector{PodSelector: one(namespace, "server")},
				},
			}
			Expect(cluster.Create(ctx, kill)).To(Succeed())
			Consistently(func(g Gomega, ctx SpecContext) {
				var pod corev1.Pod
				g.Expect(cluster.Get(ctx, client.ObjectKeyFromObject(spared), &pod)).To(Succeed())
				g.Expect(pod.DeletionTimestamp).To(BeNil())
			}).WithContext(ctx).WithPolling(timeouts.PollInterval.Duration).WithTimeout(2 * timeouts.StableFor.Duration).Should(Succeed())
			Expect(cluster.Remove(ctx, kill, timeouts.FaultResidue.Duration)).To(Succeed())
		}, SpecTimeout(timeouts.NamespaceDeleted.Duration))
	})
})

// one selects a pod by its label.
func one(namespace, app string) chaosv1alpha1.PodSelector {
	return chaosv1alpha1.PodSelector{
		Mode: chaosv1alpha1.OneMode,
		Selector: chaosv1alpha1.PodSelectorSpec{GenericSelectorSpec: chaosv1alpha1.GenericSelectorSpec{
			Namespaces: []string{namespace}, LabelSelectors: map[string]string{"app": app},
		}},
	}
}
