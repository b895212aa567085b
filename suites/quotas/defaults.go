package quotas

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("A container without resources", func() {
		for _, claim := range []struct {
			id, what string
			name     corev1.ResourceName
			limit    bool
			want     func(spec.LimitRange) spec.Quantity
		}{
			{"limits.default-cpu-request", "default CPU request", corev1.ResourceCPU, false, func(l spec.LimitRange) spec.Quantity { return l.DefaultCPURequest }},
			{"limits.default-cpu-limit", "default CPU limit", corev1.ResourceCPU, true, func(l spec.LimitRange) spec.Quantity { return l.DefaultCPULimit }},
			{"limits.default-memory-request", "default memory request", corev1.ResourceMemory, false, func(l spec.LimitRange) spec.Quantity { return l.DefaultMemoryRequest }},
			{"limits.default-memory-limit", "default memory limit", corev1.ResourceMemory, true, func(l spec.LimitRange) spec.Quantity { return l.DefaultMemoryLimit }},
		} {
			// Serial: the pods of two other checks would leave no room.
			p.It(claim.id, expect.At(spec.Standard), Serial, func(ctx SpecContext) {
				// Where the quota leaves room for a pod beside the platform's own, at any
				// time that no rollout is under way.
				namespace := p.Spec.DeploymentNamespaces()[0]
				pod := kube.ProbePod(namespace, "assay-default-"+p.Unique())
				awaitRoom(ctx, pod, p.Spec.LimitRange.Defaults())
				name := pod.Spec.Containers[0].Name
				pod.Spec.Containers[0].Resources = corev1.ResourceRequirements{}
				subject := expect.Subject{What: "a container without resources in " + namespace, From: admission, Object: pod}
				err := try(ctx, pod)
				notForeign(err)
				subject.NoError(err)
				want := claim.want(p.Spec.LimitRange)
				made, _ := kube.Container(pod, name) // webhooks may have added others
				seen := made.Resources.Requests[claim.name]
				if claim.limit {
					seen = made.Resources.Limits[claim.name]
				}
				expect.Subject{What: claim.what, From: "the pod that was created", Object: pod}.Is(kube.Amount(seen), kube.Amount(want.Quantity))
				// The other quotas leave no room to try it: there the declaration counts.
				for _, quota := range p.Spec.Quotas {
					items, object := containerLimits(ctx, quota.Namespace)
					declared := kube.DefaultsOf(items, func(item corev1.LimitRangeItem) corev1.ResourceList {
						if claim.limit {
							return item.Default
						}
						return item.DefaultRequest
					}, claim.name)
					expect.Subject{What: claim.what + " in " + quota.Namespace, From: "its LimitRange", Object: object}.
						Is(declared, []string{kube.Amount(want.Quantity)})
				}
			}, brief)
		}
	})
})

// awaitRoom waits until the quotas that count a pod have room for one more container.
// What a pod took is given back some time after the pod is gone.
func awaitRoom(ctx SpecContext, pod *corev1.Pod, needed spec.Resources) {
	GinkgoHelper()
	namespace := pod.Namespace
	wants := corev1.ResourceList{
		corev1.ResourceRequestsCPU:    *resource.NewMilliQuantity(needed.CPURequest.Milli(), resource.DecimalSI),
		corev1.ResourceLimitsCPU:      *resource.NewMilliQuantity(needed.CPULimit.Milli(), resource.DecimalSI),
		corev1.ResourceRequestsMemory: *resource.NewQuantity(needed.MemoryRequest.Bytes(), resource.BinarySI),
		corev1.ResourceLimitsMemory:   *resource.NewQuantity(needed.MemoryLimit.Bytes(), resource.BinarySI),
	}
	wait := kube.Poll{Every: timeouts.PollInterval.Duration, Within: timeouts.QuotaStatus.Duration}
	err := wait.Until(ctx, func(ctx context.Context) error {
		var quotas corev1.ResourceQuotaList
		if err := p.Cluster.List(ctx, &quotas, client.InNamespace(namespace)); err != nil {
			return err
		}
		for _, quota := range quotas.Items {
			if counts, err := kube.Counts(&quota, pod); err != nil || !counts {
				if err != nil {
					return err
				}
				continue
			}
			for name, want := range wants {
				hard, limited := kube.QuotaOf(quota.Status.Hard, name)
				used, _ := kube.QuotaOf(quota.Status.Used, name)
				want.Add(used)
				if limited && want.Cmp(hard) > 0 {
					return fmt.Errorf("%s would be %s of %s", name, want.String(), hard.String())
				}
			}
		}
		return nil
	})
	expect.Subject{What: "room in the quota of " + namespace, From: kubernetesAPI}.NoError(err)
}
