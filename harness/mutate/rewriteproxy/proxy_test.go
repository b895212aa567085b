package rewriteproxy

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"assay.dev/assay/harness/kube/target"
)

// through starts a proxy before a fake API and returns a client that looks
// through it.
func through(t *testing.T, views []View) *kubernetes.Clientset {
	t.Helper()
	mux := http.NewServeMux()
	answer := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body))
			if r.URL.Query().Get("watch") != "" {
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			}
		}
	}
	mux.HandleFunc("/api/v1/namespaces/kafka", answer(`{"kind":"Namespace","metadata":{"name":"kafka"},"status":{"phase":"Active"}}`))
	mux.HandleFunc("/api/v1/namespaces", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("watch") != "" {
			answer(`{"type":"ADDED","object":{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kafka"},"status":{"phase":"Active"}}}`+"\n")(w, r)
			return
		}
		answer(`{"kind":"NamespaceList","items":[{"metadata":{"name":"kafka"}},{"metadata":{"name":"todo-app"}}]}`)(w, r)
	})
	upstream := httptest.NewServer(mux)
	t.Cleanup(upstream.Close)
	client, err := kubernetes.NewForConfig(opened(t, &rest.Config{Host: upstream.URL}, views))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// opened says how to reach a cluster through a proxy.
func opened(t *testing.T, cluster *rest.Config, views []View) *rest.Config {
	t.Helper()
	l, err := Open(cluster, views)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := l.Kubeconfig(path); err != nil {
		t.Fatal(err)
	}
	config, err := target.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func TestPatch(t *testing.T) {
	terminating := []map[string]any{{"op": "replace", "path": "/status/phase", "value": "Terminating"}}
	client := through(t, []View{{Kind: "Namespace", Name: "kafka", Patch: terminating}})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	seen, err := client.CoreV1().Namespaces().Get(ctx, "kafka", metav1.GetOptions{})
	if err != nil || seen.Status.Phase != "Terminating" {
		t.Errorf("get: %v, %v", seen.Status.Phase, err)
	}
	watcher, err := client.CoreV1().Namespaces().Watch(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Stop()
	event := <-watcher.ResultChan()
	if raw, ok := event.Object.(interface{ GetName() string }); !ok || raw.GetName() != "kafka" {
		t.Errorf("watch: %+v", event)
	}
}

func TestAbsent(t *testing.T) {
	client := through(t, []View{{Kind: "Namespace", Name: "kafka", Absent: true}})
	if _, err := client.CoreV1().Namespaces().Get(t.Context(), "kafka", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("get: %v", err)
	}
	list, err := client.CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{})
	if err != nil || len(list.Items) != 1 || list.Items[0].Name != "todo-app" {
		t.Errorf("list: %+v, %v", list.Items, err)
	}
}
