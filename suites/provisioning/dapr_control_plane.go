package provisioning

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// controlPlaneHealth is the port on which every service of Dapr's control plane
// says how it is.
const controlPlaneHealth = 8080

var _ = p.Checks(func() {
	Describe("Dapr's control plane", func() {
		expect.Each(p, "dapr.control-plane.{name}.ready", func(ctx SpecContext, service spec.ControlPlaneService) {
			pods := podsOfWorkload(ctx, service.Kind, service.Namespace, service.Workload())
			for _, pod := range pods {
				expect.Subject{What: "pod " + pod.Name, From: kubernetesAPI, Object: &pod}.Is(kube.PodReady(&pod), true)
				answer, err := kube.Ask(ctx, p.Cluster.HTTP(timeouts.HTTPRequest.Duration), http.MethodGet,
					kube.PodURL(&pod, controlPlaneHealth, "/healthz"), nil, "")
				health := expect.Subject{What: "health of " + pod.Name, From: "its /healthz"}
				health.NoError(err)
				health.AssertThat(answer.Status/100 == 2, "HTTP 2xx", answer.String())
			}
			expect.Subject{What: "pods of " + service.Name, From: kubernetesAPI}.Is(len(pods), replicasOf(service.Service))
		}, brief)
	})
})

// replicasOf is how many pods of a service were proven to fit.
func replicasOf(service spec.Service) int {
	GinkgoHelper()
	for _, workload := range p.Spec.Infrastructure {
		if workload.Name == service.Workload() {
			return workload.Replicas
		}
	}
	expect.Subject{What: "workload " + service.Workload(), From: "spec/platform.yaml"}.AssertThat(false, "specified", "absent")
	return 0
}
