package provisioning

import (
	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Objects of the platform", func() {
		expect.Each(p, "objects.{kind}", func(ctx SpecContext, kind spec.ObjectKind) {
			surplus, err := p.Cluster.Surplus(ctx, p.Spec, kind, installed(ctx))
			subject := expect.Subject{What: kind.Plural + " that no chart, no controller and no entry of allowed accounts for", From: kubernetesAPI}
			subject.NoError(err)
			subject.Is(surplus, []string{})
		}, brief)

		p.It("objects.webhooks", func(ctx SpecContext) {
			surplus, err := p.Cluster.SurplusWebhooks(ctx, p.Spec, installed(ctx))
			subject := expect.Subject{What: "webhooks that no chart and no entry of allowed accounts for", From: kubernetesAPI}
			subject.NoError(err)
			subject.Is(surplus, []string{})
		}, brief)
	})
})

func installed(ctx SpecContext) kube.Installed {
	GinkgoHelper()
	all, err := p.Cluster.Installed(ctx)
	expect.Subject{What: "what Helm has installed", From: "its releases"}.NoError(err)
	return all
}
