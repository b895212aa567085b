package quotas

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("A pod over the quota", expect.At(spec.Standard), func() {
		expect.Each(p, "quota.{namespace}.enforced", func(ctx SpecContext, specified spec.Quota) {
			for _, name := range bounded {
				pod := exceeding(specified, name)
				err := try(ctx, pod)
				notForeign(err)
				subject := expect.Subject{What: fmt.Sprintf("a pod over the %s of %s", name, specified.Namespace), From: admission, Object: pod}
				by := kube.QuotaThatRefused(err)
				subject.AssertThat(by != "" && strings.Contains(err.Error(), string(name)), "refused for exceeding the quota of "+string(name), resultText(err))
				for _, quota := range quotasOf(ctx, specified.Namespace) {
					if quota.Name == by && !kube.CountsEveryPod(&quota) {
						expect.Inconclusive("%s was refused by quota %s, which counts some pods only", pod.Name, by)
					}
				}
			}
		}, brief)
	})
})

// try creates a pod. One that is accepted is removed when the check ends.
func try(ctx SpecContext, pod *corev1.Pod) error {
	GinkgoHelper()
	DeferCleanup(func(ctx SpecContext) {
		expect.Subject{What: "removal of pod " + pod.Name, From: kubernetesAPI}.
			NoError(p.Cluster.Remove(ctx, pod, timeouts.ObjectDeleted.Duration))
	}, NodeTimeout(timeouts.ObjectDeleted.Duration))
	return p.Cluster.Create(ctx, pod)
}

// notForeign fails the check as inconclusive if a webhook refused an object: nobody sees
// what the rest of admission would have said.
func notForeign(err error) {
	GinkgoHelper()
	if by, webhook := kube.RefusedBy(err); by == kube.ByWebhook {
		expect.Inconclusive("the webhook %s refused it before quotas were asked: %v", webhook, err)
	}
}

// exceeding returns a pod that takes hardly more of one resource than the whole
// quota, whatever else there is in the namespace: one unit for each container, of
// which it has as many as the LimitRange forces it to.
func exceeding(quota spec.Quota, name corev1.ResourceName) *corev1.Pod {
	most := hard(quota, name)
	limits := p.Spec.LimitRange
	kind, largest, total := corev1.ResourceCPU, limits.MaxCPU.Milli(), most.MilliValue()+1
	of := func(n int64) resource.Quantity { return *resource.NewMilliQuantity(n, resource.DecimalSI) }
	if name == corev1.ResourceRequestsMemory || name == corev1.ResourceLimitsMemory {
		kind, largest, total = corev1.ResourceMemory, limits.MaxMemory.Bytes(), most.Value()+1
		of = func(n int64) resource.Quantity { return *resource.NewQuantity(n, resource.BinarySI) }
	}
	pod := kube.ProbePod(quota.Namespace, fmt.Sprintf("assay-over-%s-%s", strings.ReplaceAll(string(name), ".", "-"), p.Unique()))
	pod.Spec.ActiveDeadlineSeconds = nil // as the platform's pods, which quotas may tell apart
	one := pod.Spec.Containers[0]
	pod.Spec.Containers = nil
	n := (total + largest - 1) / largest
	share := of((total + n - 1) / n)
	for i := range n {
		c := *one.DeepCopy()
		c.Name = fmt.Sprintf("probe-%d", i)
		c.Resources.Limits[kind] = share
		if name == corev1.ResourceRequestsCPU || name == corev1.ResourceRequestsMemory {
			c.Resources.Requests = c.Resources.Requests.DeepCopy()
			c.Resources.Requests[kind] = share
		} else {
			c.Resources.Requests = corev1.ResourceList{
				corev1.ResourceCPU: resource.MustParse("1m"), corev1.ResourceMemory: resource.MustParse("1Mi"),
			}
		}
		pod.Spec.Containers = append(pod.Spec.Containers, c)
	}
	return pod
}
