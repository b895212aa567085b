package provisioning

import (
	"fmt"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Resources of containers", func() {
		p.It("deployment.states-resources", func(ctx SpecContext) {
			for _, want := range p.Spec.Deployments {
				for _, pod := range podsOf(ctx, want) {
					containers := kube.LastingContainers(&pod)
					expect.Subject{What: "containers of " + pod.Name, From: kubernetesAPI, Object: &pod}.
						Is(containerNames(containers), namesOf(want.Containers()))
					for _, c := range containers {
						stated := !c.Resources.Requests.Cpu().IsZero() && !c.Resources.Requests.Memory().IsZero() &&
							!c.Resources.Limits.Cpu().IsZero() && !c.Resources.Limits.Memory().IsZero()
						expect.Subject{What: fmt.Sprintf("requests and limits of %s in %s", c.Name, pod.Name), From: kubernetesAPI, Object: &pod}.
							AssertThat(stated, "all four stated", resourcesText(c.Resources))
					}
				}
			}
		}, brief)

		p.It("deployment.resources", func(ctx SpecContext) {
			for _, want := range p.Spec.Deployments {
				haveResources(podsOf(ctx, want), want.Containers())
			}
			// The same proof covers whatever else shares a quota.
			for _, workload := range p.Spec.Infrastructure {
				if !slices.ContainsFunc(p.Spec.Quotas, func(q spec.Quota) bool { return q.Namespace == workload.Namespace }) {
					continue
				}
				haveResources(podsOfWorkload(ctx, workload.Kind, workload.Namespace, workload.Name), workload.Containers)
			}
		}, brief)
	})
})

// haveResources fails the check unless pods have these containers and no others,
// with exactly these resources.
func haveResources(pods []corev1.Pod, want []spec.NamedResources) {
	GinkgoHelper()
	for _, pod := range pods {
		var expected, seen []string
		for _, r := range want {
			expected = append(expected, fmt.Sprintf("%s: cpu %s/%s, memory %s/%s", r.Name, kube.Amount(r.CPURequest.Quantity), kube.Amount(r.CPULimit.Quantity), kube.Amount(r.MemoryRequest.Quantity), kube.Amount(r.MemoryLimit.Quantity)))
		}
		for _, c := range kube.LastingContainers(&pod) {
			seen = append(seen, c.Name+": "+resourcesText(c.Resources))
		}
		expect.Subject{What: fmt.Sprintf("requests/limits of %s/%s", pod.Namespace, pod.Name), From: kubernetesAPI, Object: &pod}.Is(seen, expected)
	}
}

func resourcesText(r corev1.ResourceRequirements) string {
	return fmt.Sprintf("cpu %s/%s, memory %s/%s", kube.Amount(*r.Requests.Cpu()), kube.Amount(*r.Limits.Cpu()), kube.Amount(*r.Requests.Memory()), kube.Amount(*r.Limits.Memory()))
}

func namesOf(containers []spec.NamedResources) []string {
	names := make([]string, len(containers))
	for i, c := range containers {
		names[i] = c.Name
	}
	return names
}

func containerNames(containers []corev1.Container) []string {
	names := make([]string, len(containers))
	for i, c := range containers {
		names[i] = c.Name
	}
	return names
}
