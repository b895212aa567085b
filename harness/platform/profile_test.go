package platform

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/spec"
)

// TestSafetyReadOnlyWritesNothing sends requests by the transport of a read-only run: those
// that write do not leave.
func TestSafetyReadOnlyWritesNothing(t *testing.T) {
	for request, passes := range map[string]bool{
		"GET /api/v1/pods": true,
		"POST /api/v1/namespaces/kafka/pods/broker-0/portforward":          true,
		"POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews":      true,
		"POST /apis/authentication.k8s.io/v1/selfsubjectreviews":           true,
		"POST /apis/authorization.k8s.io/v1/subjectaccessreviews":          false,
		"POST /api/v1/namespaces/kafka/pods":                               false,
		"POST /api/v1/namespaces/kafka/pods?dryRun=All":                    false,
		"POST /api/v1/namespaces/kafka/pods/broker-0/exec":                 false,
		"POST /api/v1/namespaces/kafka/pods/broker-0/eviction":             false,
		"PUT /apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x": false,
		"PATCH /apis/apps/v1/namespaces/kafka/deployments/x":               false,
		"DELETE /api/v1/namespaces/kafka/pods/broker-0":                    false,
	} {
		seen := false
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen = true }))
		config := &rest.Config{Host: server.URL}
		readOnly(config)
		client, err := rest.HTTPClientFor(config)
		if err != nil {
			t.Fatal(err)
		}
		method, path := cut(request)
		asked, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(asked)
		if err == nil {
			_ = answer.Body.Close()
		}
		if seen != passes || !passes && !errors.Is(err, errWrite) {
			t.Errorf("%s: left %v, want %v; %v", request, seen, passes, err)
		}
		server.Close()
	}
}

func cut(request string) (method, path string) {
	for i, c := range request {
		if c == ' ' {
			return request[:i], request[i+1:]
		}
	}
	return request, ""
}

// TestTheAdoptionBoundsTheProfile takes no more than what the cluster was adopted for.
func TestTheAdoptionBoundsTheProfile(t *testing.T) {
	for _, test := range []struct {
		adopted spec.Profile
		chosen  string
		want    spec.Profile
		refused bool
	}{
		{"", "", spec.Breaking, false}, {"", "read-only", spec.ReadOnly, false}, {"", "readonly", "", true},
		{spec.ReadOnly, "", spec.ReadOnly, false}, {spec.Disruptive, "standard", spec.Standard, false},
		{spec.ReadOnly, "standard", "", true}, {spec.Standard, "chaos", "", true},
	} {
		t.Setenv(KubeconfigEnv, "")
		t.Setenv(ProfileEnv, test.chosen)
		p := newPlatform(t)
		if test.adopted != "" {
			if err := p.saveAdoption(&Adopted{Profile: test.adopted, Expires: time.Now().Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := p.Profile()
		var refused *refusal.Error
		if got != test.want || errors.As(err, &refused) != test.refused {
			t.Errorf("adopted for %q, %q chosen: %q, %v", test.adopted, test.chosen, got, err)
		}
	}
}
