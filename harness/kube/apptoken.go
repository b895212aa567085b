package kube

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// What Dapr calls an application's token: https://docs.dapr.io/operations/security/app-api-token/
const (
	AppTokenHeader     = "dapr-api-token"
	AppTokenAnnotation = "dapr.io/app-token-secret"
	appTokenKey        = "token"
)

// AppToken returns the token with which the sidecar of a deployment calls its
// application, empty if it has none. It is a secret: it must not be shown.
func (c *Cluster) AppToken(ctx context.Context, namespace, deployment string) (string, error) {
	var d appsv1.Deployment
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: deployment}, &d); err != nil {
		return "", fmt.Errorf("find the token of %s: %w", deployment, err)
	}
	name := d.Spec.Template.Annotations[AppTokenAnnotation]
	if name == "" {
		return "", nil
	}
	var secret corev1.Secret
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &secret); err != nil {
		return "", fmt.Errorf("find the token of %s: %w", deployment, err)
	}
	if len(secret.Data[appTokenKey]) == 0 {
		return "", fmt.Errorf("find the token of %s: Secret %s/%s has no key %s", deployment, namespace, name, appTokenKey)
	}
	return string(secret.Data[appTokenKey]), nil
}

// HTTPWithAppToken is HTTP, with the token of each application that is asked.
func (c *Cluster) HTTPWithAppToken(timeout time.Duration) *http.Client {
	web := c.HTTP(timeout)
	web.Transport = &WithAppToken{Cluster: c, Next: web.Transport}
	return web
}

// WithAppToken is an http.RoundTripper for requests to applications by their Service,
// NAME.NAMESPACE.svc: it brings the token of the deployment of that name. A token that
// was found is used again.
type WithAppToken struct {
	Cluster *Cluster
	Next    http.RoundTripper

	mu     sync.Mutex
	tokens map[string]string
}

// RoundTrip implements http.RoundTripper.
func (w *WithAppToken) RoundTrip(request *http.Request) (*http.Response, error) {
	token, err := w.token(request.Context(), request.URL.Hostname())
	if err != nil {
		if request.Body != nil { // which a RoundTripper has to close
			err = errors.Join(err, request.Body.Close())
		}
		return nil, err
	}
	if token != "" {
		request = request.Clone(request.Context())
		request.Header.Set(AppTokenHeader, token)
	}
	return w.Next.RoundTrip(request)
}

func (w *WithAppToken) token(ctx context.Context, host string) (string, error) {
	parts := strings.Split(host, ".")
	if len(parts) < 3 || parts[2] != "svc" {
		return "", nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if token, ok := w.tokens[host]; ok {
		return token, nil
	}
	token, err := w.Cluster.AppToken(ctx, parts[1], parts[0])
	if err != nil {
		return "", err
	}
	if w.tokens == nil {
		w.tokens = map[string]string{}
	}
	w.tokens[host] = token
	return token, nil
}
