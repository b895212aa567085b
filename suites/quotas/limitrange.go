package quotas

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("The LimitRange", func() {
		p.It("limits.exists", func(ctx SpecContext) {
			// That it is there, for containers and with all three parts; what it says
			// is for the other checks.
			for _, quota := range p.Spec.Quotas {
				var complete []string
				items, object := containerLimits(ctx, quota.Namespace)
				for _, item := range items {
					if len(item.DefaultRequest) > 0 && len(item.Default) > 0 && len(item.Max) > 0 {
						complete = append(complete, "defaults and maximum of a container")
					}
				}
				// What several declare has to be the same, which the other checks look at.
				expect.Subject{What: "LimitRanges of " + quota.Namespace, From: kubernetesAPI, Object: object}.
					AssertThat(len(complete) > 0, "one with defaults and maximum of a container", fmt.Sprintf("%d such of %d for containers", len(complete), len(items)))
			}
		}, brief)

		p.It("limits.max-cpu", expect.At(spec.Standard), func(ctx SpecContext) { maximum(ctx, corev1.ResourceCPU, 1, false) }, brief)
		p.It("limits.max-memory", expect.At(spec.Standard), func(ctx SpecContext) { maximum(ctx, corev1.ResourceMemory, 1, false) }, brief)
		p.It("limits.maximum-passes", expect.At(spec.Standard), func(ctx SpecContext) {
			maximum(ctx, corev1.ResourceCPU, 0, true)
			maximum(ctx, corev1.ResourceMemory, 0, true)
		}, brief)

		p.It("limits.sidecar", func(ctx SpecContext) {
			defaults := p.Spec.LimitRange.Defaults()
			for _, want := range p.Spec.Sidecars() {
				pods, err := p.Cluster.PodsOf(ctx, "Deployment", want.Namespace, want.Name)
				subject := expect.Subject{What: "pods of " + want.Name, From: kubernetesAPI}
				subject.NoError(err)
				subject.AssertThat(len(pods) > 0, "at least one", fmt.Sprint(len(pods)))
				for _, pod := range pods {
					sidecar, _ := kube.Container(&pod, spec.DaprContainer)
					resources := expect.Subject{What: "requests and limits of the sidecar of " + pod.Name, From: kubernetesAPI, Object: &pod}
					if sidecar == nil {
						resources.AssertThat(false, "a sidecar", "none")
					}
					resources.Is(resourcesOf(sidecar), textOf(want.Sidecar))
					resources.AssertThat(resourcesOf(sidecar) != textOf(defaults), "not the defaults", resourcesOf(sidecar))
				}
			}
		}, brief)
	})
})

// maximum tries a container whose limit of a resource is the largest that is
// allowed, and some units more, in every namespace of the LimitRange. One that
// passes may still be more than the quota has left: that is not the LimitRange's
// answer.
func maximum(ctx SpecContext, kind corev1.ResourceName, over int64, passes bool) {
	GinkgoHelper()
	limits := p.Spec.LimitRange
	largest := *resource.NewMilliQuantity(limits.MaxCPU.Milli()+over, resource.DecimalSI)
	if kind == corev1.ResourceMemory {
		largest = *resource.NewQuantity(limits.MaxMemory.Bytes()+over, resource.BinarySI)
	}
	expect.Subject{What: "namespaces of the LimitRange", From: "spec/platform.yaml"}.
		AssertThat(len(limits.Namespaces) > 0, "at least one", fmt.Sprint(len(limits.Namespaces)))
	for _, namespace := range limits.Namespaces {
		pod := kube.ProbePod(namespace, fmt.Sprintf("assay-max-%s-%d-%s", kind, over, p.Unique()))
		pod.Spec.Containers[0].Resources = corev1.ResourceRequirements{
			Limits:   corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("20m"), corev1.ResourceMemory: resource.MustParse("32Mi")},
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1m"), corev1.ResourceMemory: resource.MustParse("1Mi")},
		}
		pod.Spec.Containers[0].Resources.Limits[kind] = largest
		// A dry run goes through all of admission and starts nothing, unless a webhook
		// has side effects.
		err := p.Cluster.Create(ctx, pod, client.DryRunAll)
		if by, _ := kube.RefusedBy(err); by == kube.ByDryRun {
			err = try(ctx, pod)
		}
		notForeign(err)
		by, _ := kube.RefusedBy(err)
		subject := expect.Subject{What: fmt.Sprintf("a container with a %s limit of %s in %s", kind, largest.String(), namespace), From: admission, Object: pod}
		if !passes {
			refused := by == kube.ByLimitRange && strings.Contains(err.Error(), fmt.Sprintf("maximum %s usage per Container", kind))
			subject.AssertThat(refused, "refused for its maximum", resultText(err))
			continue
		}
		subject.AssertThat(err == nil || by == kube.ByQuota, "passed by the LimitRange", resultText(err))
	}
}

// containerLimits returns what the LimitRanges of a namespace say of containers.
func containerLimits(ctx SpecContext, namespace string) ([]corev1.LimitRangeItem, *corev1.LimitRangeList) {
	GinkgoHelper()
	list := &corev1.LimitRangeList{}
	expect.Subject{What: "LimitRanges of " + namespace, From: kubernetesAPI}.NoError(p.Cluster.List(ctx, list, client.InNamespace(namespace)))
	return kube.LimitsOf(list.Items, corev1.LimitTypeContainer), list
}

func resourcesOf(c *corev1.Container) string {
	r := c.Resources
	return fmt.Sprintf("cpu %s/%s, memory %s/%s", r.Requests.Cpu(), r.Limits.Cpu(), r.Requests.Memory(), r.Limits.Memory())
}

func textOf(r spec.Resources) string {
	return fmt.Sprintf("cpu %s/%s, memory %s/%s", r.CPURequest, r.CPULimit, r.MemoryRequest, r.MemoryLimit)
}
