package provisioning

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
)

var _ = p.Checks(func() {
	Describe("Sidecars", func() {
		for _, claim := range []claim{
			{"deployment.todo-frontend.app-id", "todo-frontend"}, {"deployment.todo-backend.app-id", "todo-backend"}, {"deployment.recurring-worker.app-id", "recurring-worker"},
			{"deployment.notification-worker.app-id", "notification-worker"}, {"deployment.audit-worker.app-id", "audit-worker"}, {"deployment.websocket-worker.app-id", "websocket-worker"},
		} {
			p.It(claim.id, func(ctx SpecContext) {
				want := p.Spec.Deployment(claim.name)
				for _, pod := range podsOf(ctx, want) {
					expect.Subject{What: "app id of the sidecar of " + want.Name, From: "its metadata"}.
						Is(metadataOf(ctx, &pod).ID, want.Dapr.AppID)
				}
			}, brief)
		}

		p.It("deployment.sidecar", func(ctx SpecContext) {
			for _, want := range p.Spec.Deployments {
				for _, pod := range podsOf(ctx, want) {
					for _, name := range []string{want.Name, sidecarName} {
						container(&pod, name)
						_, status := kube.Container(&pod, name)
						running := status != nil && status.State.Running != nil && status.Ready
						expect.Subject{What: fmt.Sprintf("container %s of %s", name, pod.Name), From: "the kubelet", Object: &pod}.
							Holds(running, "running and ready", fmt.Sprintf("running and ready: %v", running))
					}
					expect.Subject{What: "version of the sidecar of " + pod.Name, From: "its metadata"}.
						Is(metadataOf(ctx, &pod).RuntimeVersion, p.Spec.Dapr.Version)
				}
			}
		}, brief)
	})
})
