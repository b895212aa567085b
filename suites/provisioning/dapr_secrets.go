package provisioning

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("The secret store", func() {
		expect.Each(p, "dapr.component.{name}.retrieves-secrets", func(ctx SpecContext, store spec.Component) {
			reference := referencedSecret()
			secret := named[corev1.Secret](store.Namespace, reference.Secret)
			get(ctx, secret)
			want := map[string]string{}
			for key, value := range secret.Data {
				want[key] = string(value)
			}
			expect.Subject{What: "keys of Secret " + secret.Name, From: kubernetesAPI}.AssertThat(want[reference.Key] != "", reference.Key, fmt.Sprint(len(want), " keys"))
			tried := 0
			for _, app := range p.Spec.Sidecars() {
				if !inScope(store, app.Dapr.AppID) {
					continue
				}
				tried++
				pod := podsOf(ctx, app)[0]
				answer := askSidecar(ctx, &pod, http.MethodGet, fmt.Sprintf("/v1.0/secrets/%s/%s", store.Name, secret.Name), "")
				subject := expect.Subject{What: "Secret " + secret.Name + " through " + store.Name, From: "sidecar of " + app.Name}
				if answer.Status != http.StatusOK {
					subject.AssertThat(false, "HTTP 200", fmt.Sprintf("HTTP %d", answer.Status))
				}
				var seen map[string]string
				subject.NoError(json.Unmarshal(answer.Body, &seen))
				// The values themselves are shown nowhere.
				subject.AssertThat(maps.Equal(seen, want), "the values that Kubernetes holds", sameValues(seen, want))
			}
			expect.Subject{What: "applications that retrieve secrets", From: "spec/platform.yaml"}.AssertThat(tried > 0, "at least one", fmt.Sprint(tried))
		}, brief)
	})
})

// referencedSecret is the first Secret that a component refers to.
func referencedSecret() spec.Metadata {
	GinkgoHelper()
	for _, component := range p.Spec.Dapr.Components {
		for _, entry := range component.Metadata {
			if entry.Secret != "" {
				return entry
			}
		}
	}
	expect.Subject{What: "Secrets that components refer to", From: "spec/platform.yaml"}.AssertThat(false, "at least one", "none")
	return spec.Metadata{}
}

// sameValues says how two sets of secret values compare, without them.
func sameValues(seen, want map[string]string) string {
	if maps.Equal(seen, want) {
		return "the values that Kubernetes holds"
	}
	equal := 0
	for key, value := range seen {
		if want[key] == value {
			equal++
		}
	}
	return fmt.Sprintf("%d values, %d of them equal", len(seen), equal)
}
