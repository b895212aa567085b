package provisioning

import (
	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
)

var _ = p.Checks(func() {
	Describe("Pods of the applications", func() {
		p.It("security.unprivileged", func(ctx SpecContext) {
			for _, app := range p.Spec.Deployments {
				for _, pod := range podsOf(ctx, app) {
					expect.Subject{What: "privileges of " + app.Name, From: "pod " + pod.Name, Object: &pod}.
						Is(kube.Privileges(&pod, container(&pod, app.Name)), []string{})
				}
			}
		}, brief)

		p.It("security.tokens", func(ctx SpecContext) {
			for _, app := range p.Spec.Deployments {
				for _, pod := range podsOf(ctx, app) {
					expect.Subject{What: "tokens that " + app.Name + " is given", From: "pod " + pod.Name, Object: &pod}.
						Is(kube.Tokens(&pod, container(&pod, app.Name)), []string{})
				}
			}
		}, brief)
	})
})
