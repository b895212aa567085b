package tfprovider

import (
	"context"
	"net/http"
	"time"
)

// reachTimeout bounds the question whether the public registry answers; it is
// what an offline machine that drops packets waits before it builds.
const reachTimeout = 5 * time.Second

// registryAnswers asks for the registry's service discovery document, which is
// terraform's own first request, through the environment's proxy settings.
func registryAnswers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+terraformHost+"/.well-known/terraform.json", nil)
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
