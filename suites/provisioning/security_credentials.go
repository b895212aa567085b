package provisioning

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
)

// shortestSecret is how long a value has to be for its appearance in a template
// to be no coincidence: the database's name and user are secret values too.
const shortestSecret = 8

var _ = p.Checks(func() {
	Describe("Credentials", func() {
		p.It("security.credentials", func(ctx SpecContext) {
			values := secretValues(ctx)
			expect.Subject{What: "secret values to look for", From: kubernetesAPI}.
				AssertThat(len(values) > 0, "at least one", fmt.Sprint(len(values)))
			for _, app := range p.Spec.Deployments {
				template := deploymentOf(ctx, app).Spec.Template
				found := kube.PlainCredentials(&template)
				text, err := json.Marshal(template)
				subject := expect.Subject{What: "credentials in plain text in the template of " + app.Name, From: kubernetesAPI}
				subject.NoError(err)
				for value, from := range values {
					if strings.Contains(string(text), value) {
						found = append(found, "the value of "+from)
					}
				}
				subject.Is(found, []string{})
			}
		}, brief)
	})
})

// secretNamespaces are those of the applications, and of what they connect to.
func secretNamespaces() []string {
	names := p.Spec.DeploymentNamespaces()
	for _, flow := range p.Spec.Network.Allowed {
		if slices.Contains(names, flow.From) && !slices.Contains(names, flow.To) {
			names = append(names, flow.To)
		}
	}
	return names
}

// secretValues returns the values of the Secrets that the applications could be
// given, each with where it is kept.
func secretValues(ctx SpecContext) map[string]string {
	GinkgoHelper()
	values := map[string]string{}
	for _, namespace := range secretNamespaces() {
		var list corev1.SecretList
		expect.Subject{What: "Secrets of " + namespace, From: kubernetesAPI}.NoError(p.Cluster.List(ctx, &list, client.InNamespace(namespace)))
		for _, secret := range list.Items {
			if secret.Type == "helm.sh/release.v1" {
				continue // a record of what is deployed, not a credential
			}
			for key, value := range secret.Data {
				if len(value) >= shortestSecret {
					values[string(value)] = fmt.Sprintf("%s in Secret %s/%s", key, namespace, secret.Name)
				}
			}
		}
	}
	return values
}
