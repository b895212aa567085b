package provisioning

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Scopes of components", expect.At(spec.Standard), func() {
		p.It("dapr.scopes.components", func(ctx SpecContext) {
			tried := 0
			for _, component := range p.Spec.Dapr.Components {
				for _, app := range p.Spec.Sidecars() {
					if inScope(component, app.Dapr.AppID) {
						continue
					}
					tried++
					pod := podsOf(ctx, app)[0]
					answer, code := useOutside(ctx, &pod, component)
					expect.Subject{What: fmt.Sprintf("use of %s by %s", component.Name, app.Name), From: "sidecar of " + app.Name}.
						AssertThat(unknownTo(code), "refused: the sidecar has no such component", answer.String())
				}
			}
			expect.Subject{What: "applications outside of a component's scopes", From: "spec/platform.yaml"}.
				AssertThat(tried > 0, "at least one", fmt.Sprint(tried))
		}, brief)
	})
})

// useOutside uses a component as an application would, in a way that does no harm
// should it work: it reads a key or a Secret, or publishes to a topic that does
// not exist. It returns the answer with Dapr's error code.
func useOutside(ctx SpecContext, pod *corev1.Pod, component spec.Component) (kube.Answer, string) {
	GinkgoHelper()
	var answer kube.Answer
	switch kind, _, _ := strings.Cut(component.Type, "."); kind {
	case "state":
		answer = askSidecar(ctx, pod, http.MethodGet, fmt.Sprintf("/v1.0/state/%s/assay", component.Name), "")
	case "pubsub":
		answer = askSidecar(ctx, pod, http.MethodPost, fmt.Sprintf("/v1.0/publish/%s/assay-never-declared", component.Name), "{}")
	case "secretstores":
		answer = askSidecar(ctx, pod, http.MethodGet, fmt.Sprintf("/v1.0/secrets/%s/assay", component.Name), "")
	default:
		Fail("no way is known to use a component of type " + component.Type)
	}
	var body struct {
		Code string `json:"errorCode"`
	}
	_ = json.Unmarshal(answer.Body, &body) // an answer that is none has no code
	return answer, body.Code
}

// unknownTo reports whether an error code of Dapr says that the sidecar has not
// loaded a component of that name, or none of that kind at all.
func unknownTo(code string) bool {
	switch code {
	case "ERR_STATE_STORE_NOT_FOUND", "ERR_STATE_STORE_NOT_CONFIGURED", "ERR_PUBSUB_NOT_FOUND", "ERR_PUBSUB_NOT_CONFIGURED",
		"ERR_SECRET_STORE_NOT_FOUND", "ERR_SECRET_STORES_NOT_CONFIGURED":
		return true
	}
	return false
}
