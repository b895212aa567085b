package provisioning

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Sidecars", func() {
		expect.Each(p, "deployment.{name}.app-id", func(ctx SpecContext, want spec.Deployment) {
			for _, pod := range podsOf(ctx, want) {
				expect.Subject{What: "app id of the sidecar of " + want.Name, From: "its metadata"}.
					Is(metadataOf(ctx, &pod).ID, want.Dapr.AppID)
			}
		}, brief)

		p.It("deployment.sidecar", func(ctx SpecContext) {
			for _, want := range p.Spec.Sidecars() {
				for _, pod := range podsOf(ctx, want) {
					for _, name := range namesOf(want.Containers()) {
						container(&pod, name)
						_, status := kube.Container(&pod, name)
						running := status != nil && status.State.Running != nil && status.Ready
						expect.Subject{What: fmt.Sprintf("container %s of %s", name, pod.Name), From: "the kubelet", Object: &pod}.
							AssertThat(running, "running and ready", fmt.Sprintf("running and ready: %v", running))
					}
					expect.Subject{What: "version of the sidecar of " + pod.Name, From: "its metadata"}.
						Is(metadataOf(ctx, &pod).RuntimeVersion, p.Spec.Dapr.Version)
				}
			}
		}, brief)
	})
})
