package target_test

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"assay.dev/assay/harness/kube/target"
)

const (
	ours    = "5f0c6c1e-0000-4000-8000-000000000001"
	secret  = "s3cr3t-t0k3n-that-must-not-be-shown"
	patient = 5 * time.Second
)

// api is a server that answers for kube-system as a cluster would.
type api struct {
	*httptest.Server
	asked atomic.Int64
}

func serve(t *testing.T, uid string, labels map[string]string, token string) *api {
	t.Helper()
	a := &api{}
	a.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}`))
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{
			"kind": "Namespace", "apiVersion": "v1",
			"metadata": map[string]any{"name": "kube-system", "uid": uid, "labels": labels},
		})
	}))
	t.Cleanup(a.Close)
	return a
}

var marked = map[string]string{target.Label: target.LabelValue}

func (a *api) authority() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate().Raw})
}

// file is a kubeconfig as a tree that a test can change before it is written.
type file map[string]any

func kubeconfig(a *api) file {
	return file{
		"kind": "Config", "apiVersion": "v1", "current-context": "here",
		"clusters": []any{map[string]any{"name": "c", "cluster": map[string]any{
			"server": a.URL, "certificate-authority-data": a.authority(),
		}}},
		"users":    []any{map[string]any{"name": "u", "user": map[string]any{"token": secret}}},
		"contexts": []any{map[string]any{"name": "here", "context": map[string]any{"cluster": "c", "user": "u"}}},
	}
}

func inner(f file, list, key string) map[string]any {
	return f[list].([]any)[0].(map[string]any)[key].(map[string]any)
}

func (f file) cluster() map[string]any { return inner(f, "clusters", "cluster") }
func (f file) user() map[string]any    { return inner(f, "users", "user") }

func write(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (f file) write(t *testing.T) string {
	t.Helper()
	content, err := json.Marshal(f) // JSON is YAML
	if err != nil {
		t.Fatal(err)
	}
	return write(t, content)
}

func TestLoadAcceptsTheClusterThatWasPinned(t *testing.T) {
	a := serve(t, ours, marked, secret)
	config, err := target.Load(context.Background(), kubeconfig(a).write(t), ours, patient)
	if err != nil {
		t.Fatal(err)
	}
	if config.Host != a.URL || a.asked.Load() != 1 {
		t.Errorf("host %s after %d requests", config.Host, a.asked.Load())
	}
}

// A kubeconfig that is refused when it is read: no server hears of it.
func TestSafetyHostileKubeconfigs(t *testing.T) {
	ran := filepath.Join(t.TempDir(), "ran")
	command := map[string]any{
		"apiVersion": "client.authentication.k8s.io/v1", "command": "/usr/bin/touch", "args": []any{ran}, "interactiveMode": "Never",
	}
	second := map[string]any{"name": "there", "context": map[string]any{"cluster": "c", "user": "u"}}
	tests := []struct {
		name   string
		change func(file)
		want   string
	}{
		{"no context", func(f file) { f["contexts"] = []any{} }, "1 clusters, 1 users and 0 contexts"},
		{"several contexts", func(f file) { f["contexts"] = append(f["contexts"].([]any), second) }, "1 users and 2 contexts"},
		{"no current context", func(f file) { delete(f, "current-context") }, `current context "" is not in it`},
		{"unknown current context", func(f file) { f["current-context"] = "prod" }, `current context "prod" is not in it`},
		{"context of another cluster", func(f file) { inner(f, "contexts", "context")["cluster"] = "prod" }, `cluster "prod", which is not in it`},
		{"context of another user", func(f file) { inner(f, "contexts", "context")["user"] = "root" }, `user "root", who is not in it`},
		{"exec plugin", func(f file) { f.user()["exec"] = command }, "no command of a kubeconfig is run"},
		{"auth provider", func(f file) {
			f.user()["auth-provider"] = map[string]any{"name": "gcp", "config": map[string]any{"cmd-path": "/usr/bin/touch", "cmd-args": ran}}
		}, "auth-provider: gcp"},
		{"proxy", func(f file) { f.cluster()["proxy-url"] = "http://proxy.example:3128" }, "proxy-url"},
		{"insecure", func(f file) { f.cluster()["insecure-skip-tls-verify"] = true }, "insecure-skip-tls-verify"},
		{"plain HTTP", func(f file) { f.cluster()["server"] = "http://127.0.0.1:1" }, "only https is"},
		{"no server", func(f file) { f.cluster()["server"] = "" }, "is no address"},
		{"credentials in the address", func(f file) { f.cluster()["server"] = "https://a:" + secret + "@127.0.0.1:1" }, "has a user name"},
		{"no authority", func(f file) { delete(f.cluster(), "certificate-authority-data") }, "certificate-authority-data"},
		{"authority in a file", func(f file) {
			delete(f.cluster(), "certificate-authority-data")
			f.cluster()["certificate-authority"] = "/etc/ssl/certs/ca-certificates.crt"
		}, "certificate-authority-data"},
		{"authority that is none", func(f file) { f.cluster()["certificate-authority-data"] = []byte("nonsense") }, "no usable connection"},
		{"token in a file", func(f file) { f.user()["tokenFile"] = "/etc/shadow" }, "in other files"},
		{"key in a file", func(f file) { f.user()["client-key"] = "/etc/shadow" }, "in other files"},
		{"password", func(f file) { f.user()["username"], f.user()["password"] = "admin", secret }, "has a password"},
		{"no credentials", func(f file) { delete(f.user(), "token") }, "neither a token nor a certificate"},
		{"impersonation", func(f file) { f.user()["as"] = "system:admin" }, "impersonates another one"},
		{"unknown key", func(f file) { f.cluster()["servr"] = "https://prod.example" }, "it is not a kubeconfig"},
		{"another kind", func(f file) { f["kind"] = "Secret" }, `kind … of apiVersion`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := serve(t, ours, marked, secret)
			f := kubeconfig(a)
			test.change(f)
			_, err := target.Load(context.Background(), f.write(t), ours, patient)
			expect(t, err, target.ErrRefused, strings.ReplaceAll(test.want, "…", `"Secret"`))
			if a.asked.Load() != 0 {
				t.Error("the server was asked")
			}
			if _, err := os.Stat(ran); err == nil {
				t.Fatal("a command of the kubeconfig was run")
			}
		})
	}
}

// A path that holds no kubeconfig at all.
func TestSafetyHostileFiles(t *testing.T) {
	a := serve(t, ours, marked, secret)
	good := kubeconfig(a).write(t)
	shared := kubeconfig(a).write(t)
	if err := os.Chmod(shared, 0o644); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	doubled, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	twice := append(append(append([]byte{}, doubled...), "\n---\n"...), doubled...)
	tests := []struct {
		name, path string
		want       string
		kind       error
	}{
		{"two documents", write(t, twice), "several YAML documents", target.ErrRefused},
		{"a document that is ended", write(t, append(append([]byte{}, doubled...), "\n...\n---\nkind: Config\n"...)), "several YAML documents", target.ErrRefused},
		{"an empty document before", write(t, append([]byte("--- \n---\n"), doubled...)), "several YAML documents", target.ErrRefused},
		{"garbage after the document", write(t, append(append([]byte{}, doubled...), "\n---\n{{{"...)), "several YAML documents", target.ErrRefused},
		{"missing", filepath.Join(t.TempDir(), "none"), "read the kubeconfig", os.ErrNotExist},
		{"empty", write(t, nil), "it is not a kubeconfig", target.ErrRefused},
		{"garbage", write(t, []byte("\x00\x01\x02{{{")), "it is not a kubeconfig", target.ErrRefused},
		{"text", write(t, []byte("token: "+secret+"\n")), "it is not a kubeconfig", target.ErrRefused},
		{"doubled key", write(t, []byte("kind: Config\nkind: Config\n")), "it is not a kubeconfig", target.ErrRefused},
		{"cut short", write(t, doubled[:len(doubled)/2]), "it is not a kubeconfig", target.ErrRefused},
		{"huge", write(t, make([]byte, 2<<20)), "more than any kubeconfig", target.ErrRefused},
		{"directory", t.TempDir(), "it is not a file", target.ErrRefused},
		{"pipe", pipe, "it is not a file", target.ErrRefused},
		{"readable by others", shared, "chmod 600", target.ErrRefused},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := target.Load(context.Background(), test.path, ours, patient)
			expect(t, err, test.kind, test.want)
		})
	}
	if a.asked.Load() != 0 {
		t.Error("the server was asked")
	}
}

// A kubeconfig in order that leads to a cluster which is not ours.
func TestSafetyOtherClusters(t *testing.T) {
	foreign := serve(t, ours, marked, secret)
	closed := serve(t, ours, marked, secret)
	closed.Close()
	tests := []struct {
		name string
		file func(*testing.T) file
		uid  string
		want string
		kind error
	}{
		{"another UID", func(t *testing.T) file { return kubeconfig(serve(t, "other", marked, secret)) }, ours, "is another cluster", target.ErrRefused},
		{"no label", func(t *testing.T) file { return kubeconfig(serve(t, ours, nil, secret)) }, ours, "not marked as a target", target.ErrRefused},
		{"another label value", func(t *testing.T) file {
			return kubeconfig(serve(t, ours, map[string]string{target.Label: "no"}, secret))
		}, ours, "not marked as a target", target.ErrRefused},
		{"no UID pinned", func(t *testing.T) file { return kubeconfig(serve(t, "", marked, secret)) }, "", "no UID was recorded", target.ErrRefused},
		{"expired token", func(t *testing.T) file { return kubeconfig(serve(t, ours, marked, "another")) }, ours, "Unauthorized", nil},
		{"foreign authority", func(t *testing.T) file {
			f := kubeconfig(foreign)
			f.cluster()["certificate-authority-data"] = otherAuthority(t)
			return f
		}, ours, "certificate signed by unknown authority", nil},
		{"nobody listens", func(*testing.T) file { return kubeconfig(closed) }, ours, "refused", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := target.Load(context.Background(), test.file(t).write(t), test.uid, patient)
			expect(t, err, test.kind, test.want)
		})
	}
}

func TestASilentServerIsNotWaitedForForEver(t *testing.T) {
	hold := make(chan struct{})
	a := &api{Server: httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}))}
	t.Cleanup(a.Close)
	t.Cleanup(func() { close(hold) })
	start := time.Now()
	_, err := target.Load(context.Background(), kubeconfig(a).write(t), ours, 200*time.Millisecond)
	if err == nil || time.Since(start) > patient {
		t.Errorf("after %s: %v", time.Since(start), err)
	}
}

func TestSafetyTheEnvironmentsProxyIsNotUsed(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	a := serve(t, ours, marked, secret)
	f := kubeconfig(a)
	config, err := target.Read(f.write(t))
	if err != nil {
		t.Fatal(err)
	}
	if config.Proxy == nil {
		t.Fatal("the proxy is left to the environment")
	}
	if proxy, err := config.Proxy(httptest.NewRequest(http.MethodGet, "https://cluster.example", nil)); proxy != nil || err != nil {
		t.Errorf("proxy %v, %v", proxy, err)
	}
}

// expect checks an error's kind and text, and that it shows no credential.
func expect(t *testing.T, err, kind error, text string) {
	t.Helper()
	switch {
	case err == nil:
		t.Fatalf("accepted, want: %s", text)
	case kind != nil && !errors.Is(err, kind):
		t.Errorf("want an error that is %q, got: %v", kind, err)
	case !strings.Contains(err.Error(), text):
		t.Errorf("want %q in: %v", text, err)
	case strings.Contains(err.Error(), secret):
		t.Errorf("the error shows a credential: %v", err)
	}
}
