package quotas_test

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
	"assay.dev/assay/spec/check"
)

var _ = Describe("A container without resources", func() {
	for _, claim := range []struct {
		id, what string
		seen     func(corev1.ResourceRequirements) *resource.Quantity
		want     func(spec.LimitRange) spec.Quantity
	}{
		{"LIM-001", "default CPU request", func(r corev1.ResourceRequirements) *resource.Quantity { return r.Requests.Cpu() },
			func(l spec.LimitRange) spec.Quantity { return l.DefaultCPURequest }},
		{"LIM-002", "default CPU limit", func(r corev1.ResourceRequirements) *resource.Quantity { return r.Limits.Cpu() },
			func(l spec.LimitRange) spec.Quantity { return l.DefaultCPULimit }},
		{"LIM-003", "default memory request", func(r corev1.ResourceRequirements) *resource.Quantity { return r.Requests.Memory() },
			func(l spec.LimitRange) spec.Quantity { return l.DefaultMemoryRequest }},
		{"LIM-004", "default memory limit", func(r corev1.ResourceRequirements) *resource.Quantity { return r.Limits.Memory() },
			func(l spec.LimitRange) spec.Quantity { return l.DefaultMemoryLimit }},
	} {
		// Serial: the pods of two other checks would leave no room.
		check.It(claim.id, Serial, func(ctx SpecContext) {
			// In the one namespace whose quota leaves room for the defaults at any
			// time that no rollout is under way.
			awaitRoom(ctx, "todo-app", p.Spec.LimitRange.Defaults())
			pod := kube.ProbePod("todo-app", "assay-default-"+unique())
			pod.Spec.Containers[0].Resources = corev1.ResourceRequirements{}
			subject := expect.Subject{What: "a container without resources in todo-app", From: admission, Object: pod}
			subject.Works(try(ctx, pod))
			want := claim.want(p.Spec.LimitRange)
			expect.Subject{What: claim.what, From: "the pod that was created", Object: pod}.
				Is(claim.seen(pod.Spec.Containers[0].Resources).String(), want.String())
			// The other quotas leave no room to try it: there the declaration counts.
			for _, quota := range p.Spec.Quotas {
				items, object := containerLimits(ctx, quota.Namespace)
				for _, item := range items {
					declared := corev1.ResourceRequirements{Requests: item.DefaultRequest, Limits: item.Default}
					expect.Subject{What: claim.what + " in " + quota.Namespace, From: "its LimitRange", Object: object}.
						Is(claim.seen(declared).String(), want.String())
				}
			}
		}, brief)
	}
})

// awaitRoom waits until the quota of a namespace has room for one more container.
// What a pod took is given back some time after the pod is gone.
func awaitRoom(ctx SpecContext, namespace string, needed spec.Resources) {
	GinkgoHelper()
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
			for name, want := range wants {
				hard, limited := quota.Status.Hard[name]
				want.Add(quota.Status.Used[name])
				if limited && want.Cmp(hard) > 0 {
					return fmt.Errorf("%s would be %s of %s", name, want.String(), hard.String())
				}
			}
		}
		return nil
	})
	expect.Subject{What: "room in the quota of " + namespace, From: kubernetesAPI}.Works(err)
}
