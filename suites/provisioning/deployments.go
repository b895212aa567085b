package provisioning

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
)

var _ = p.Checks(func() {
	Describe("Deployments", func() {
		for _, claim := range []claim{
			{"deployment.todo-frontend.available", "todo-frontend"}, {"deployment.todo-backend.available", "todo-backend"}, {"deployment.recurring-worker.available", "recurring-worker"},
			{"deployment.notification-worker.available", "notification-worker"}, {"deployment.audit-worker.available", "audit-worker"}, {"deployment.websocket-worker.available", "websocket-worker"},
		} {
			p.It(claim.id, func(ctx SpecContext) { available(deploymentOf(ctx, p.Spec.Deployment(claim.name))) }, brief)
		}

		p.It("deployment.replicas", func(ctx SpecContext) {
			for _, want := range p.Spec.Deployments {
				pods := podsOf(ctx, want)
				ready := 0
				for _, pod := range pods {
					if kube.PodReady(&pod) {
						ready++
					}
				}
				expect.Subject{What: "replicas of " + want.Name, From: "its pods", Object: pods}.
					Is(fmt.Sprintf("%d pods, %d ready", len(pods), ready), fmt.Sprintf("%d pods, %[1]d ready", want.Replicas))
			}
		}, brief)

		p.It("deployment.no-other", func(ctx SpecContext) {
			var list appsv1.DeploymentList
			subject := expect.Subject{What: "deployments of namespace todo-app, but those that suites made", From: kubernetesAPI}
			subject.Works(p.Cluster.List(ctx, &list, client.InNamespace("todo-app")))
			var want, seen []string
			for _, deployment := range p.Spec.Deployments {
				want = append(want, deployment.Name)
			}
			for _, deployment := range list.Items {
				if deployment.Labels[kube.ManagedByLabel] != kube.ManagedBy {
					seen = append(seen, deployment.Name)
				}
			}
			subject.Is(seen, want)
		}, brief)
	})
})
