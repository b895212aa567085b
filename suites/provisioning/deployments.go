package provisioning

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Deployments", func() {
		expect.Each(p, "deployment.{name}.available", func(ctx SpecContext, want spec.Deployment) { available(deploymentOf(ctx, want)) }, brief)

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
			for _, namespace := range p.Spec.DeploymentNamespaces() {
				var list appsv1.DeploymentList
				subject := expect.Subject{What: "deployments of namespace " + namespace + ", but those that suites made", From: kubernetesAPI}
				subject.NoError(p.Cluster.List(ctx, &list, client.InNamespace(namespace)))
				var want, seen []string
				for _, w := range p.Spec.Workloads() {
					if w.Kind == "Deployment" && w.Namespace == namespace {
						want = append(want, w.Name)
					}
				}
				for _, deployment := range list.Items {
					if deployment.Labels[kube.ManagedByLabel] != kube.ManagedBy {
						seen = append(seen, deployment.Name)
					}
				}
				subject.Is(seen, want)
			}
		}, brief)
	})
})
