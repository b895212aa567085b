package provisioning

import (
	"context"
	"encoding/json"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// metricsAPI is where usage is read from.
const metricsAPI = "/apis/metrics.k8s.io/v1beta1"

var _ = p.Checks(func() {
	Describe("Monitoring", func() {
		p.It("monitoring.metrics-server", func(ctx SpecContext) {
			deployment := named[appsv1.Deployment](metricsServer().Namespace, metricsServer().Name)
			get(ctx, deployment)
			available(deployment)
		}, brief)

		p.It("monitoring.usage", func(ctx SpecContext) {
			for _, node := range nodes(ctx) {
				var usage resourceUsage
				measured(ctx, metricsAPI+"/nodes/"+node.Name, &usage, func() error { return plausible(usage.Usage) })
				expect.Subject{What: "usage of node " + node.Name, From: "metrics API"}.
					AssertThat(plausible(usage.Usage) == nil, "CPU and memory", usageText(usage.Usage))
			}
			for _, app := range p.Spec.Deployments {
				for _, pod := range podsOf(ctx, app) {
					var usage podUsage
					measured(ctx, fmt.Sprintf("%s/namespaces/%s/pods/%s", metricsAPI, pod.Namespace, pod.Name), &usage, func() error { return usage.complete(&pod) })
					expect.Subject{What: "usage of pod " + pod.Name, From: "metrics API", Object: &pod}.
						AssertThat(usage.complete(&pod) == nil, "CPU and memory of each container", resultOf(usage.complete(&pod), usage.String()))
				}
			}
		}, SpecTimeout(timeouts.MetricsAvailable.Duration+timeouts.SteadyState.Duration))
	})
})

// metricsServer is the specified metrics server.
func metricsServer() spec.Infrastructure {
	server, _ := p.Spec.OfRole(spec.RoleMetrics)
	return server
}

type resourceUsage struct {
	Usage corev1.ResourceList `json:"usage"`
}

type podUsage struct {
	metav1.ObjectMeta `json:"metadata"`
	Containers        []struct {
		Name string `json:"name"`
		resourceUsage
	} `json:"containers"`
}

// String lists the usage of each container.
func (u podUsage) String() string {
	text := ""
	for _, c := range u.Containers {
		text += fmt.Sprintf("%s: %s; ", c.Name, usageText(c.Usage))
	}
	return text
}

// complete returns an error unless every container of a pod is measured.
func (u podUsage) complete(pod *corev1.Pod) error {
	seen := map[string]corev1.ResourceList{}
	for _, c := range u.Containers {
		seen[c.Name] = c.Usage
	}
	for _, c := range kube.LastingContainers(pod) {
		if err := plausible(seen[c.Name]); err != nil {
			return fmt.Errorf("container %s: %w", c.Name, err)
		}
	}
	return nil
}

// plausible returns an error unless CPU is stated and memory is more than none.
func plausible(usage corev1.ResourceList) error {
	if _, stated := usage[corev1.ResourceCPU]; !stated {
		return fmt.Errorf("no CPU usage")
	}
	if usage.Memory().Cmp(resource.Quantity{}) <= 0 {
		return fmt.Errorf("no memory usage")
	}
	return nil
}

func usageText(usage corev1.ResourceList) string {
	return fmt.Sprintf("%s CPU, %s memory", usage.Cpu(), usage.Memory())
}

// measured waits until what the metrics API says of an object is complete: the
// server measures every fifteen seconds. What was seen last is judged by the
// caller; an API that does not answer ends the wait with its error.
func measured(ctx SpecContext, path string, into any, complete func() error) {
	GinkgoHelper()
	wait := kube.Poll{Every: timeouts.PollInterval.Duration, Within: timeouts.MetricsAvailable.Duration}
	err := wait.Until(ctx, func(ctx context.Context) error {
		raw, err := p.Cluster.Clients.Discovery().RESTClient().Get().AbsPath(path).DoRaw(ctx)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(raw, into); err != nil {
			return err
		}
		return complete()
	})
	expect.Subject{What: path, From: "metrics API"}.NoError(err)
}
