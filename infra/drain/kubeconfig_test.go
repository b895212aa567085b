package drain

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"assay.dev/assay/harness/kube/target"
)

// prod is a cluster that answers everything and writes down every call.
type prod struct {
	*httptest.Server
	mu    sync.Mutex
	calls []string
}

func serveProd(t *testing.T, uid string, labels map[string]string) *prod {
	t.Helper()
	p := &prod{}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.calls = append(p.calls, r.Method+" "+r.URL.Path)
		p.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"kind": "Namespace", "apiVersion": "v1",
			"metadata": map[string]any{"name": "kube-system", "uid": uid, "labels": labels}})
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *prod) kubeconfig(t *testing.T, user map[string]any) string {
	t.Helper()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate().Raw})
	content, err := json.Marshal(map[string]any{
		"kind": "Config", "apiVersion": "v1", "current-context": "c",
		"clusters": []any{map[string]any{"name": "k", "cluster": map[string]any{"server": p.URL, "certificate-authority-data": authority}}},
		"users":    []any{map[string]any{"name": "u", "user": user}},
		"contexts": []any{map[string]any{"name": "c", "context": map[string]any{"cluster": "k", "user": "u"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestSafetyAnotherClusterIsNotDrained leads the drain to a cluster called prod in
// every way that a kubeconfig can: it gets no client, and prod gets no write.
func TestSafetyAnotherClusterIsNotDrained(t *testing.T) {
	const ours = "ours"
	ran := filepath.Join(t.TempDir(), "ran")
	token := map[string]any{"token": "t"}
	marked := map[string]string{target.Label: target.LabelValue}
	tests := map[string]struct {
		uid    string
		labels map[string]string
		user   map[string]any
		pinned string
		want   string
	}{
		"another UID":    {"prod", marked, token, ours, "is another cluster"},
		"not marked":     {ours, nil, token, ours, "not marked"},
		"nothing pinned": {ours, marked, token, "", "no UID was recorded"},
		"a command": {ours, marked, map[string]any{"exec": map[string]any{
			"apiVersion": "client.authentication.k8s.io/v1", "command": "touch", "args": []any{ran}, "interactiveMode": "Never",
		}}, ours, "no command of a kubeconfig is run"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cluster := serveProd(t, test.uid, test.labels)
			client, err := FromKubeconfig(t.Context(), cluster.kubeconfig(t, test.user), test.pinned)
			if client != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want one with %q", err, test.want)
			}
			for _, call := range cluster.calls {
				if !strings.HasPrefix(call, "GET ") {
					t.Errorf("prod got %s", call)
				}
			}
			if _, err := os.Stat(ran); err == nil {
				t.Error("the command ran")
			}
		})
	}
	cluster := serveProd(t, ours, marked)
	if _, err := FromKubeconfig(t.Context(), cluster.kubeconfig(t, token), ours); err != nil {
		t.Errorf("the run's own cluster is refused: %v", err)
	}
}
