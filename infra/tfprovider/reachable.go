package tfprovider

import (
	"context"
	"net/http"
	"time"
)

// address is the provider's source address: host, namespace and type. The host
// names the provider in state, lock file and mirror even where it is not reached.
const (
	addressHost      = "registry.terraform.io"
	addressNamespace = "oracle"
	addressType      = "oci"
)

// reachTimeout bounds the question whether the public registry answers; it is
// what an offline machine that drops packets waits before it builds.
const reachTimeout = 5 * time.Second

// registryAnswers asks for the registry's service discovery document, which is
// terraform's own first request, through the environment's proxy settings.
func registryAnswers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+addressHost+"/.well-known/terraform.json", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
