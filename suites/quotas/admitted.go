package quotas

import (
	"fmt"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// workloads returns everything that is specified for the namespaces with a quota.
func workloads() []spec.Workload {
	return slices.DeleteFunc(p.Spec.Workloads(), func(w spec.Workload) bool {
		return !slices.ContainsFunc(p.Spec.Quotas, func(q spec.Quota) bool { return q.Namespace == w.Namespace })
	})
}

var _ = p.Checks(func() {
	Describe("Everything in a namespace with a quota", func() {
		p.It("quota.admitted", func(ctx SpecContext) {
			for _, w := range workloads() {
				pods, err := p.Cluster.PodsOf(ctx, w.Kind, w.Namespace, w.Name)
				subject := expect.Subject{What: fmt.Sprintf("pods of %s %s/%s", w.Kind, w.Namespace, w.Name), From: kubernetesAPI, Object: pods}
				subject.NoError(err)
				ready := 0
				for _, pod := range pods {
					if kube.PodReady(&pod) {
						ready++
					}
				}
				subject.Is(fmt.Sprintf("%d, %d ready", len(pods), ready), fmt.Sprintf("%d, %[1]d ready", w.Replicas))
			}
			// What nobody specified can be refused, too.
			for _, quota := range p.Spec.Quotas {
				notRefused(ctx, quota.Namespace)
			}
		}, brief)

		expect.Each(p, "quota.{namespace}.bounded", func(ctx SpecContext, unlimited spec.Namespace) {
			namespace := unlimited.Name
			var quotas corev1.ResourceQuotaList
			expect.Subject{What: "quotas of " + namespace, From: kubernetesAPI}.NoError(p.Cluster.List(ctx, &quotas, client.InNamespace(namespace)))
			var pods corev1.PodList
			subject := expect.Subject{What: "pods of " + namespace, From: kubernetesAPI}
			subject.NoError(p.Cluster.List(ctx, &pods, client.InNamespace(namespace)))
			containers, limited := 0, 0
			for _, pod := range pods.Items {
				for _, c := range kube.LastingContainers(&pod) {
					containers++
					if !c.Resources.Limits.Cpu().IsZero() && !c.Resources.Limits.Memory().IsZero() {
						limited++
					}
				}
			}
			expect.Subject{What: "limits of " + namespace, From: kubernetesAPI, Object: &pods}.
				AssertThat(boundsAll(quotas.Items, corev1.ResourceLimitsCPU, corev1.ResourceLimitsMemory) || containers > 0 && limited == containers,
					"a quota, or limits for each container", fmt.Sprintf("%d quotas, limits for %d of %d containers", len(quotas.Items), limited, containers))
		}, brief)
	})
})

// boundsAll reports whether quotas bound some resources of every pod: one that counts some
// pods, or objects, is not for those.
func boundsAll(quotas []corev1.ResourceQuota, names ...corev1.ResourceName) bool {
	for _, name := range names {
		bound, err := kube.BoundOf(quotas, nil, name, func(q *corev1.ResourceQuota) corev1.ResourceList { return q.Status.Hard })
		if err != nil || bound.Every == 0 {
			return false
		}
	}
	return true
}

// notRefused fails the check if a controller of a namespace could not create a pod.
func notRefused(ctx SpecContext, namespace string) {
	GinkgoHelper()
	var sets appsv1.ReplicaSetList
	subject := expect.Subject{What: "refused pods in " + namespace, From: "replica sets"}
	subject.NoError(p.Cluster.List(ctx, &sets, client.InNamespace(namespace)))
	refused := []string{}
	for _, set := range sets.Items {
		for _, condition := range set.Status.Conditions {
			if condition.Type == appsv1.ReplicaSetReplicaFailure && condition.Status == corev1.ConditionTrue {
				refused = append(refused, set.Name+": "+condition.Message)
			}
		}
	}
	subject.Is(refused, []string{})
}
