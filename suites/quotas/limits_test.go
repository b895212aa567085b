package quotas_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/check"
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

var _ = Describe("Quotas", func() {
	for i, namespace := range []string{"todo-app", "kafka", "dapr-system", "monitoring"} {
		for j, name := range bounded {
			check.It(fmt.Sprintf("QUO-%03d", i*len(bounded)+j+1), func(ctx SpecContext) {
				want := hard(p.Spec.Quota(namespace), name)
				quotas := quotasOf(ctx, namespace)
				least := resource.Quantity{}
				limited := 0
				for _, quota := range quotas {
					declared, ok := quota.Spec.Hard[name]
					if !ok || quota.Spec.ScopeSelector != nil || len(quota.Spec.Scopes) > 0 {
						continue // it says nothing of every pod
					}
					enforced := quota.Status.Hard[name]
					expect.Subject{What: fmt.Sprintf("%s that quota %s enforces in %s", name, quota.Name, namespace), From: "its status", Object: &quota}.
						Is(enforced.String(), declared.String())
					if limited == 0 || enforced.Cmp(least) < 0 {
						least = enforced // of several quotas the smallest holds
					}
					limited++
				}
				subject := expect.Subject{What: fmt.Sprintf("%s of namespace %s", name, namespace), From: kubernetesAPI, Object: quotas}
				subject.Holds(limited > 0, "limited by a quota", fmt.Sprintf("limited by %d quotas", limited))
				subject.Is(least.String(), want.String())
			}, brief)
		}
	}

	check.It("QUO-022", func(ctx SpecContext) {
		for _, want := range p.Spec.Quotas {
			quotas := quotasOf(ctx, want.Namespace)
			for _, name := range bounded {
				measured := false
				for _, quota := range quotas {
					used, ok := quota.Status.Used[name]
					if !ok {
						continue
					}
					measured = true
					most := hard(want, name)
					expect.Subject{What: fmt.Sprintf("use of %s in %s", name, want.Namespace), From: "status of quota " + quota.Name, Object: &quota}.
						Holds(used.Cmp(most) <= 0 && used.Sign() > 0, "more than nothing, at most "+most.String(), used.String())
				}
				expect.Subject{What: fmt.Sprintf("use of %s in %s", name, want.Namespace), From: kubernetesAPI, Object: quotas}.
					Holds(measured, "measured by a quota", fmt.Sprintf("measured: %v", measured))
			}
			fitsByItself(ctx, want)
		}
	}, brief)
})

// quotasOf returns the quotas of a namespace, of which there has to be one.
func quotasOf(ctx SpecContext, namespace string) []corev1.ResourceQuota {
	GinkgoHelper()
	var list corev1.ResourceQuotaList
	subject := expect.Subject{What: "quotas of namespace " + namespace, From: kubernetesAPI}
	subject.Works(p.Cluster.List(ctx, &list, client.InNamespace(namespace)))
	if len(list.Items) == 0 {
		subject.Holds(false, "at least one", "none")
	}
	return list.Items
}

// fitsByItself adds up the pods of a namespace as they are, without believing what
// the quota says of them.
func fitsByItself(ctx SpecContext, quota spec.Quota) {
	GinkgoHelper()
	var pods corev1.PodList
	subject := expect.Subject{What: "pods of " + quota.Namespace, From: kubernetesAPI}
	subject.Works(p.Cluster.List(ctx, &pods, client.InNamespace(quota.Namespace)))
	sums := sum(pods.Items)
	for _, name := range bounded {
		used, most := sums[name], hard(quota, name)
		expect.Subject{What: fmt.Sprintf("%s of all pods of %s", name, quota.Namespace), From: "the pods"}.
			Holds(used.Cmp(most) <= 0 && used.Sign() > 0, "more than nothing, at most "+most.String(), used.String())
	}
}
