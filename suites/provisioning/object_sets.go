package provisioning

import (
	"context"
	"sync"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Objects of the platform", expect.Requires(spec.HelmHistory), func() {
		expect.Each(p, "objects.{kind}", func(ctx SpecContext, kind spec.ObjectKind) {
			surplus, err := p.Cluster.Surplus(ctx, p.Spec, kind, installed())
			subject := expect.Subject{What: kind.Plural + " that no chart, no controller and no entry of allowed accounts for", From: kubernetesAPI}
			subject.NoError(err)
			subject.Is(surplus, []string{})
		}, brief)

		p.It("objects.webhooks", func(ctx SpecContext) {
			surplus, err := p.Cluster.SurplusWebhooks(ctx, p.Spec, installed())
			subject := expect.Subject{What: "webhooks that no chart and no entry of allowed accounts for", From: kubernetesAPI}
			subject.NoError(err)
			subject.Is(surplus, []string{})
		}, brief)
	})
})

// releases are read once by each process of the suite: nothing here upgrades one.
var releases = sync.OnceValues(func() (kube.Installed, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeouts.APIRequest.Duration)
	defer cancel()
	return p.Cluster.Installed(ctx, p.Spec.OwnNamespaces()...)
})

func installed() kube.Installed {
	GinkgoHelper()
	all, err := releases()
	expect.Subject{What: "what Helm has installed", From: "its releases"}.NoError(err)
	return all
}
