package httpx

import (
	"net/http"
	"testing"
)

func TestRequireToken(t *testing.T) {
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	with := func(tokens ...string) http.Header { return http.Header{"Dapr-Api-Token": tokens} }
	for name, tc := range map[string]struct {
		token, path string
		header      http.Header
		status      int
	}{
		"the token":              {"s3cr3t", "/events/x", with("s3cr3t"), http.StatusTeapot},
		"no token":               {"s3cr3t", "/events/x", nil, http.StatusUnauthorized},
		"an empty one":           {"s3cr3t", "/events/x", with(""), http.StatusUnauthorized},
		"another one":            {"s3cr3t", "/events/x", with("s3cr3T"), http.StatusUnauthorized},
		"its beginning":          {"s3cr3t", "/events/x", with("s3cr"), http.StatusUnauthorized},
		"it and another one":     {"s3cr3t", "/events/x", with("x", "s3cr3t"), http.StatusUnauthorized},
		"a path of nobody":       {"s3cr3t", "/nowhere", nil, http.StatusUnauthorized},
		"health":                 {"s3cr3t", "/healthz", nil, http.StatusTeapot},
		"readiness":              {"s3cr3t", "/readyz", nil, http.StatusTeapot},
		"metrics":                {"s3cr3t", "/metrics", nil, http.StatusTeapot},
		"below health":           {"s3cr3t", "/healthz/../events/x", nil, http.StatusUnauthorized},
		"none is required":       {"", "/events/x", nil, http.StatusTeapot},
		"none is required, some": {"", "/events/x", with("x"), http.StatusTeapot},
	} {
		rec := get(RequireToken(tc.token, next), tc.path, tc.header)
		if rec.Code != tc.status {
			t.Errorf("%s: %d, want %d", name, rec.Code, tc.status)
		}
	}
}
