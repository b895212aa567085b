package provisioning

import (
	"fmt"
	"net/http"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Ports", func() {
		expect.Each(p, "deployment.{name}.port", func(ctx SpecContext, want spec.Deployment) {
			path := p.Spec.Rollout.Probes.Readiness.Path
			for _, pod := range podsOf(ctx, want) {
				answer, err := kube.Ask(ctx, p.Cluster.HTTP(timeouts.HTTPRequest.Duration), http.MethodGet,
					kube.PodURL(&pod, want.Dapr.AppPort, path), nil, "")
				subject := expect.Subject{What: fmt.Sprintf("%s of %s on port %d", path, want.Name, want.Dapr.AppPort), From: "the application"}
				subject.NoError(err)
				subject.AssertThat(answer.Status == http.StatusOK, "HTTP 200", answer.String())
				expect.Subject{What: "port on which the sidecar looks for " + want.Name, From: "its metadata"}.
					Is(metadataOf(ctx, &pod).App.Port, want.Dapr.AppPort)
			}
		}, brief)
	})
})
