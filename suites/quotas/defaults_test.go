package quotas_test

import (
	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

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
		check.It(claim.id, func(ctx SpecContext) {
			// In the one namespace whose quota leaves room for the defaults at any
			// time that no rollout is under way.
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
