package provisioning

import (
	"fmt"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	appsv1 "k8s.io/api/apps/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
)

// nowhere is a path that no application serves: to ask for it changes nothing, and who
// is let in gets another answer than who is not.
const nowhere = "/assay-never-served"

var _ = p.Checks(func() {
	Describe("Tokens of applications", func() {
		p.It("security.app-token", func(ctx SpecContext) {
			tried := 0
			for _, app := range p.Spec.Deployments {
				if !app.Dapr.AppToken {
					continue
				}
				tried++
				deployment := named[appsv1.Deployment](app.Namespace, app.Name)
				get(ctx, deployment)
				expect.Subject{What: "the Secret with the token of " + app.Name, From: kubernetesAPI}.
					AssertThat(deployment.Spec.Template.Annotations[kube.AppTokenAnnotation] != "", "named to the sidecar", "not named")
				token, err := p.Cluster.AppToken(ctx, app.Namespace, app.Name)
				subject := expect.Subject{What: "the token of " + app.Name, From: kubernetesAPI}
				subject.NoError(err)
				for _, pod := range podsOf(ctx, app) {
					ask := func(header http.Header) int {
						GinkgoHelper()
						answer, err := kube.Ask(ctx, p.Cluster.HTTP(timeouts.HTTPRequest.Duration), http.MethodGet,
							kube.PodURL(&pod, app.Dapr.AppPort, nowhere), header, "")
						expect.Subject{What: "a call of " + app.Name, From: "the application"}.NoError(err)
						return answer.Status
					}
					with := func(token string) http.Header {
						return http.Header{http.CanonicalHeaderKey(kube.AppTokenHeader): {token}}
					}
					status := func(what string) expect.Subject {
						return expect.Subject{What: fmt.Sprintf("a call of %s %s", app.Name, what), From: "the application"}
					}
					status("without its token").Is(ask(nil), http.StatusUnauthorized)
					status("with another token").Is(ask(with("assay")), http.StatusUnauthorized)
					// Who brings it is let in, or all of this would only show that nobody is.
					status("with its token").Is(ask(with(token)), http.StatusNotFound)
				}
			}
			expect.Subject{What: "applications that have a token", From: "spec/platform.yaml"}.AssertThat(tried > 0, "at least one", fmt.Sprint(tried))
		}, brief)
	})
})
