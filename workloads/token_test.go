package workloads

import (
	"maps"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// called are the applications that only sidecars and the frontend call: the others are
// reached through the ingress, whose users have no token.
var called = []string{"audit-worker", "notification-worker", "recurring-worker", "websocket-worker"}

// secretOf returns the Secret that a variable of an application comes from.
func secretOf(app corev1.Container, name string) string {
	for _, variable := range app.Env {
		if variable.Name == name && variable.Value == "" && variable.ValueFrom != nil && variable.ValueFrom.SecretKeyRef != nil &&
			variable.ValueFrom.SecretKeyRef.Key == "token" {
			return variable.ValueFrom.SecretKeyRef.Name
		}
	}
	return ""
}

// The sidecar's token and the application's are one, of a Secret of the application's
// own, and no other text of the chart holds it.
func TestWorkersAreCalledWithAToken(t *testing.T) {
	tokens := map[string]string{}
	for _, secret := range objects[corev1.Secret](t, "Secret") {
		tokens[secret.Name] = string(secret.Data["token"])
	}
	var have []string
	for _, d := range objects[appsv1.Deployment](t, "Deployment") {
		annotated := d.Spec.Template.Annotations["dapr.io/app-token-secret"]
		if got := secretOf(d.Spec.Template.Spec.Containers[0], "APP_API_TOKEN"); got != annotated {
			t.Errorf("%s: the application takes its token from %q, its sidecar from %q", d.Name, got, annotated)
		}
		if annotated == "" {
			continue
		}
		have = append(have, d.Name)
		if len(tokens[annotated]) < 32 {
			t.Errorf("%s: Secret %s holds a token of %d characters", d.Name, annotated, len(tokens[annotated]))
		}
	}
	if slices.Sort(have); !slices.Equal(have, called) {
		t.Errorf("%q have a token, want %q", have, called)
	}
	if len(tokens) != len(called) || len(slices.Compact(slices.Sorted(maps.Values(tokens)))) != len(called) {
		t.Errorf("%d Secrets, want one with a token of its own for each of %q", len(tokens), called)
	}
	documents, err := helm(t)
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range documents {
		for name, token := range tokens {
			if !strings.Contains(document, "kind: Secret") && strings.Contains(document, token) {
				t.Errorf("the token of %s is outside of its Secret", name)
			}
		}
	}
}

// The frontend relays sockets to websocket-worker without a sidecar between.
func TestTheFrontendHasTheTokenOfTheWorkerThatItCalls(t *testing.T) {
	for _, d := range objects[appsv1.Deployment](t, "Deployment") {
		got, want := secretOf(d.Spec.Template.Spec.Containers[0], "WEBSOCKET_WORKER_TOKEN"), ""
		if d.Name == "todo-frontend" {
			want = "websocket-worker-app-token"
		}
		if got != want {
			t.Errorf("%s takes the token of websocket-worker from %q, want %q", d.Name, got, want)
		}
	}
}
