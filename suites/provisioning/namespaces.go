package provisioning

import (
	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Namespaces", func() {
		expect.Each(p, "namespace.{name}.active", func(ctx SpecContext, want spec.Namespace) {
			namespace := namespaceOf(ctx, want.Name)
			expect.Subject{What: "phase of namespace " + want.Name, From: kubernetesAPI, Object: namespace}.
				Is(string(namespace.Status.Phase), string(corev1.NamespaceActive))
		}, brief)

		p.It("namespace.one-cluster", func(ctx SpecContext) {
			root := namespaceOf(ctx, metav1.NamespaceSystem)
			expect.Subject{What: "the cluster that is asked", From: kubernetesAPI, Object: root}.
				Is(string(root.UID), p.Run.ClusterUID)
			var list corev1.NamespaceList
			expect.Subject{What: "namespaces", From: kubernetesAPI}.NoError(p.Cluster.List(ctx, &list))
			present := map[string]bool{}
			for _, namespace := range list.Items {
				present[namespace.Name] = true
			}
			var want, seen []string
			for _, namespace := range p.Spec.Namespaces {
				want = append(want, namespace.Name)
				if present[namespace.Name] {
					seen = append(seen, namespace.Name)
				}
			}
			expect.Subject{What: "namespaces of the layout on one cluster", From: kubernetesAPI}.Is(seen, want)
		}, brief)
	})
})

func namespaceOf(ctx SpecContext, name string) *corev1.Namespace {
	GinkgoHelper()
	namespace := &corev1.Namespace{}
	namespace.Name = name
	get(ctx, namespace)
	return namespace
}
