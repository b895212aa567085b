package ocisim_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/infra/ocisim"
)

func TestStandaloneTakesOrders(t *testing.T) {
	credentials, err := ocisim.NewCredentials("eu-frankfurt-1")
	if err != nil {
		t.Fatal(err)
	}
	sim := ocisim.New(ocisim.Options{Keys: credentials.Keys()})
	if err := sim.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := sim.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	sim.AddVolume(credentials.Compartment, "csi-1", 50)

	order := func(method, path, body string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, sim.URL()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		content, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(content)
	}
	for _, test := range []struct {
		method, path, body string
		status             int
		message            string
	}{
		{http.MethodPost, "/_sim/drift", `{"kind": "volume", "name": "csi-1", "fields": {"sizeInGBs": 100}}`, 204, ""},
		{http.MethodPost, "/_sim/drift", `{"kind": "planet", "name": "x"}`, 400, "not emulated"},
		{http.MethodPost, "/_sim/faults", `{"path": "(", "status": 500}`, 400, "path"},
		{http.MethodPost, "/_sim/faults", `{"speed": 1}`, 400, "unknown field"},
		{http.MethodPost, "/_sim/faults", `{"path": "volumes", "status": 503}`, 204, ""},
		{http.MethodDelete, "/_sim/faults", "", 204, ""},
		{http.MethodGet, "/_sim/resources", "", 200, "csi-1"},
		{http.MethodGet, "/_sim/calls", "", 200, "[]"},
		{http.MethodGet, "/20160918/volumes", "", 401, "NotAuthenticated"},
	} {
		if status, body := order(test.method, test.path, test.body); status != test.status || !strings.Contains(body, test.message) {
			t.Errorf("%s %s answered %d %s, want %d with %q", test.method, test.path, status, body, test.status, test.message)
		}
	}
}

func TestListensOnLoopbackOnly(t *testing.T) {
	sim := ocisim.New(ocisim.Options{})
	for _, address := range []string{"0.0.0.0:0", ":0", "example.org:0", "nonsense"} {
		if err := sim.StartOn(t.Context(), address); err == nil {
			t.Errorf("listens on %s", address)
		}
	}
}
