package httpx

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
)

// TokenHeader is the header in which Dapr's sidecars bring the application's token:
// https://docs.dapr.io/operations/security/app-api-token/
const TokenHeader = "dapr-api-token"

// RequireToken answers 401 to requests that do not bring the token, but for the
// operational endpoints, which kubelet and Prometheus ask. An empty token requires none.
func RequireToken(token string, next http.Handler) http.Handler {
	if token == "" {
		return next
	}
	// Digests have one length, so that the comparison tells nothing of the token's.
	want := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := sha256.Sum256([]byte(r.Header.Get(TokenHeader)))
		if !open(r.URL.Path) && subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			WriteProblem(w, NewProblem(http.StatusUnauthorized, "unauthorized", "Unauthorized", "Call this application through its Dapr sidecar."))
			return
		}
		next.ServeHTTP(w, r)
	})
}
