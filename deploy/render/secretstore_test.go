package render

import (
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// secretStore is the component by which sidecars read Secrets.
func secretStore(p *spec.Platform) spec.Component {
	i := slices.IndexFunc(p.Dapr.Components, func(c spec.Component) bool { return c.Type == "secretstores.kubernetes" })
	return p.Dapr.Components[i]
}

// Who may read the database's Secret by Kubernetes' API are the accounts of the
// applications in the secret store's scope, not all of the namespace.
func TestSecretIsReadByAccountsInScope(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		store := secretStore(p)
		binding := named(t, objects, "RoleBinding", store.Namespace, store.Name)
		var accounts []string
		subjects, _ := at(binding, "subjects").([]any)
		for _, entry := range subjects {
			subject, _ := entry.(map[string]any)
			if subject["kind"] != "ServiceAccount" || subject["namespace"] != store.Namespace {
				t.Errorf("the Role is bound to %v, which is more than an account of %s", subject, store.Namespace)
				continue
			}
			accounts = append(accounts, subject["name"].(string))
		}
		var want []string
		for _, app := range p.Deployments {
			if slices.Contains(store.Scopes, app.Dapr.AppID) {
				deployment := named(t, objects, "Deployment", app.Namespace, app.Name)
				account, _ := at(deployment, "spec", "template", "spec", "serviceAccountName").(string)
				want = append(want, account)
			}
		}
		slices.Sort(accounts)
		slices.Sort(want)
		if len(want) == 0 || !slices.Equal(accounts, want) {
			t.Errorf("the Role is bound to %q, want %q", accounts, want)
		}
	})
}

// An application that reaches no component with a Secret needs no secret store.
func TestSecretStoreIsForThoseWhoNeedASecret(t *testing.T) {
	var need []string
	for _, component := range todo.Must().Dapr.Components {
		for _, entry := range component.Metadata {
			if entry.Secret != "" {
				need = append(need, component.Scopes...)
			}
		}
	}
	store := secretStore(todo.Must().Platform)
	if len(need) == 0 || !slices.Equal(slices.Compact(slices.Sorted(slices.Values(need))), slices.Sorted(slices.Values(store.Scopes))) {
		t.Errorf("the scopes are %q; a Secret is needed by %q", store.Scopes, need)
	}
}

// An application has a token where the specification says so.
func TestTokensMatchTheSpec(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		for _, app := range p.Deployments {
			deployment := named(t, objects, "Deployment", app.Namespace, app.Name)
			secret, _ := at(deployment, "spec", "template", "metadata", "annotations", kube.AppTokenAnnotation).(string)
			if (secret != "") != app.Dapr.AppToken {
				t.Errorf("%s takes its token from %q; it has one: %v", app.Name, secret, app.Dapr.AppToken)
			}
			if secret != "" {
				named(t, objects, "Secret", app.Namespace, secret)
			}
		}
	})
}
