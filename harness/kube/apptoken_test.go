package kube

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

// transport answers a request with what the test says of it.
type transport func(*http.Request) error

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return nil, t(r) }

func annotated(name, secret string) *appsv1.Deployment {
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: name}}
	if secret != "" {
		d.Spec.Template.Annotations = map[string]string{AppTokenAnnotation: secret}
	}
	return d
}

func TestAppToken(t *testing.T) {
	secret := func(name string, data map[string][]byte) *corev1.Secret {
		return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: name}, Data: data}
	}
	c := &Cluster{WithWatch: fake.NewClientBuilder().WithObjects(
		annotated("with", "t"), annotated("without", ""), annotated("lost", "nowhere"), annotated("empty", "e"),
		secret("t", map[string][]byte{"token": []byte("s3cr3t")}), secret("e", nil)).Build()}
	done := errors.New("passed on")
	for host, want := range map[string]struct{ token, err string }{
		"with.todo-app.svc":    {"s3cr3t", done.Error()},
		"without.todo-app.svc": {"", done.Error()},
		"todo.local":           {"", done.Error()},
		"lost.todo-app.svc":    {"", "nowhere"},
		"empty.todo-app.svc":   {"", "no key token"},
		"nobody.todo-app.svc":  {"", "not found"},
	} {
		var got string
		w := &WithAppToken{Cluster: c, Next: transport(func(r *http.Request) error { got = r.Header.Get(AppTokenHeader); return done })}
		for range 2 { // found, and used again
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+":8003/audit", nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.RoundTrip(request) //nolint:bodyclose // there is no answer
			if got != want.token || err == nil || !strings.Contains(err.Error(), want.err) {
				t.Errorf("%s: token %q, error %v; want %q, %q", host, got, err, want.token, want.err)
			}
			if request.Header.Get(AppTokenHeader) != "" {
				t.Errorf("%s: the caller's request was changed", host)
			}
		}
	}
}
