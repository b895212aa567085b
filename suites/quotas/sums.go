package quotas

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"assay.dev/assay/harness/kube"
)

// sum adds up what the pods that count against a quota request and are limited to.
// Containers that end before the others start are smaller than these here.
func sum(pods []corev1.Pod) corev1.ResourceList {
	total := corev1.ResourceList{}
	for _, pod := range pods {
		if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
			continue
		}
		for _, c := range kube.LastingContainers(&pod) {
			add(total, corev1.ResourceRequestsCPU, c.Resources.Requests.Cpu())
			add(total, corev1.ResourceLimitsCPU, c.Resources.Limits.Cpu())
			add(total, corev1.ResourceRequestsMemory, c.Resources.Requests.Memory())
			add(total, corev1.ResourceLimitsMemory, c.Resources.Limits.Memory())
		}
	}
	return total
}

func add(total corev1.ResourceList, name corev1.ResourceName, amount *resource.Quantity) {
	sum := total[name]
	sum.Add(*amount)
	total[name] = sum
}
