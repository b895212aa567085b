package quotas

import (
	"fmt"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// bounded are the resources that a quota limits, as its table orders them.
var bounded = []corev1.ResourceName{
	corev1.ResourceRequestsCPU, corev1.ResourceLimitsCPU, corev1.ResourceRequestsMemory, corev1.ResourceLimitsMemory,
}

// hard is what the specification allows a namespace of a resource.
func hard(quota spec.Quota, name corev1.ResourceName) resource.Quantity {
	switch name {
	case corev1.ResourceRequestsCPU:
		return quota.CPURequest.Quantity
	case corev1.ResourceLimitsCPU:
		return quota.CPULimit.Quantity
	case corev1.ResourceRequestsMemory:
		return quota.MemoryRequest.Quantity
	default:
		return quota.MemoryLimit.Quantity
	}
}

var _ = p.Checks(func() {
	Describe("Quotas", func() {
		for _, limited := range []struct {
			template string
			name     corev1.ResourceName
		}{
			{"quota.{namespace}.cpu-requests", corev1.ResourceRequestsCPU},
			{"quota.{namespace}.cpu-limits", corev1.ResourceLimitsCPU},
			{"quota.{namespace}.memory-requests", corev1.ResourceRequestsMemory},
			{"quota.{namespace}.memory-limits", corev1.ResourceLimitsMemory},
		} {
			name := limited.name
			expect.Each(p, limited.template, func(ctx SpecContext, specified spec.Quota) {
				namespace, want := specified.Namespace, hard(specified, name)
				quotas, pods := quotasOf(ctx, namespace), platformPods(ctx, namespace)
				for _, quota := range quotas {
					declared, ok := kube.QuotaOf(quota.Spec.Hard, name)
					if !ok || !kube.CountsEveryPod(&quota) {
						continue // it says nothing of every pod
					}
					enforced, _ := kube.QuotaOf(quota.Status.Hard, name)
					expect.Subject{What: fmt.Sprintf("%s that quota %s enforces in %s", name, quota.Name, namespace), From: "its status", Object: &quota}.
						Is(kube.Amount(enforced), kube.Amount(declared))
				}
				// Of several quotas that count a pod the smallest holds.
				bound, err := kube.BoundOf(quotas, pods, name, func(q *corev1.ResourceQuota) corev1.ResourceList { return q.Status.Hard })
				subject := expect.Subject{What: fmt.Sprintf("%s of namespace %s", name, namespace), From: kubernetesAPI, Object: quotas}
				subject.NoError(err)
				subject.AssertThat(bound.Every > 0, "limited by a quota of every pod", fmt.Sprintf("limited by %d such quotas", bound.Every))
				subject.Is(kube.Amount(bound.Limit), kube.Amount(want))
			}, brief)
		}

		p.It("quota.usage", func(ctx SpecContext) {
			for _, want := range p.Spec.Quotas {
				quotas := quotasOf(ctx, want.Namespace)
				for _, name := range bounded {
					measured := false
					for _, quota := range quotas {
						used, ok := kube.QuotaOf(quota.Status.Used, name)
						most, bounds := kube.QuotaOf(quota.Status.Hard, name)
						if !ok || !bounds {
							continue
						}
						subject := expect.Subject{What: fmt.Sprintf("use of %s in %s", name, want.Namespace), From: "status of quota " + quota.Name, Object: &quota}
						if !kube.CountsEveryPod(&quota) { // it may have nothing to count
							subject.AssertThat(used.Cmp(most) <= 0, "at most "+most.String(), used.String())
							continue
						}
						measured = true
						subject.AssertThat(used.Cmp(most) <= 0 && used.Sign() > 0, "more than nothing, at most "+most.String(), used.String())
					}
					expect.Subject{What: fmt.Sprintf("use of %s in %s", name, want.Namespace), From: kubernetesAPI, Object: quotas}.
						AssertThat(measured, "measured by a quota of every pod", fmt.Sprintf("measured: %v", measured))
				}
				fitsByItself(ctx, want)
			}
		}, brief)
	})
})

// quotasOf returns the quotas of a namespace, of which there has to be one.
func quotasOf(ctx SpecContext, namespace string) []corev1.ResourceQuota {
	GinkgoHelper()
	var list corev1.ResourceQuotaList
	subject := expect.Subject{What: "quotas of namespace " + namespace, From: kubernetesAPI}
	subject.NoError(p.Cluster.List(ctx, &list, client.InNamespace(namespace)))
	if len(list.Items) == 0 {
		subject.AssertThat(false, "at least one", "none")
	}
	return list.Items
}

// platformPods are the pods of a namespace but for those that checks make.
func platformPods(ctx SpecContext, namespace string) []corev1.Pod {
	GinkgoHelper()
	var pods corev1.PodList
	expect.Subject{What: "pods of " + namespace, From: kubernetesAPI}.NoError(p.Cluster.List(ctx, &pods, client.InNamespace(namespace)))
	return slices.DeleteFunc(pods.Items, func(pod corev1.Pod) bool { return pod.Labels[kube.ManagedByLabel] == kube.ManagedBy })
}

// fitsByItself adds up the pods of a namespace as they are, without believing what
// the quota says of them.
func fitsByItself(ctx SpecContext, quota spec.Quota) {
	GinkgoHelper()
	var pods corev1.PodList
	subject := expect.Subject{What: "pods of " + quota.Namespace, From: kubernetesAPI}
	subject.NoError(p.Cluster.List(ctx, &pods, client.InNamespace(quota.Namespace)))
	sums := sum(pods.Items)
	for _, name := range bounded {
		used, most := sums[name], hard(quota, name)
		expect.Subject{What: fmt.Sprintf("%s of all pods of %s", name, quota.Namespace), From: "the pods"}.
			AssertThat(used.Cmp(most) <= 0 && used.Sign() > 0, "more than nothing, at most "+most.String(), used.String())
	}
}
