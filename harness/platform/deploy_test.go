package platform

import (
	"bytes"
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
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/harness/platform/lease"
)

// apiServer is a server that answers as the cluster with a UID, without anything in
// it. It counts what is asked of it.
type apiServer struct {
	*httptest.Server
	asked atomic.Int64
	// lease is the Lease of a run that is at work, if any.
	lease *coordinationv1.Lease
}

func serveAPI(t *testing.T, uid string) *apiServer {
	t.Helper()
	a := &apiServer{}
	a.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		if r.Method != http.MethodGet {
			t.Errorf("%s gets %s %s", uid, r.Method, r.URL)
		}
		if r.URL.Path == "/api/v1/namespaces/kube-system" {
			_ = json.NewEncoder(w).Encode(map[string]any{"kind": "Namespace", "apiVersion": "v1", "metadata": map[string]any{
				"name": "kube-system", "uid": uid, "labels": map[string]string{TargetLabel: TargetValue},
			}})
			return
		}
		if strings.HasSuffix(r.URL.Path, "/namespaces/kube-system/leases/"+lease.Name) {
			if a.lease == nil {
				w.WriteHeader(http.StatusNotFound)
				_ = json.NewEncoder(w).Encode(map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404})
				return
			}
			_ = json.NewEncoder(w).Encode(a.lease)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"kind": "SecretList", "apiVersion": "v1", "items": []any{}})
	}))
	t.Cleanup(a.Close)
	return a
}

// writeKubeconfig writes a kubeconfig for the server to path.
func (a *apiServer) writeKubeconfig(t *testing.T, path string) {
	t.Helper()
	content, err := json.Marshal(map[string]any{
		"kind": "Config", "apiVersion": "v1", "current-context": "here",
		"clusters": []any{map[string]any{"name": "c", "cluster": map[string]any{
			"server":                     a.URL,
			"certificate-authority-data": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate().Raw}),
		}}},
		"users":    []any{map[string]any{"name": "u", "user": map[string]any{"token": "t"}}},
		"contexts": []any{map[string]any{"name": "here", "context": map[string]any{"cluster": "c", "user": "u"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// script writes a program that adds its environment to the file that is returned.
func script(t *testing.T) (program, ran string) {
	t.Helper()
	dir := t.TempDir()
	program, ran = filepath.Join(dir, "program"), filepath.Join(dir, "ran")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$KUBECONFIG $HELM_KUBEAPISERVER\" >>"+ran+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return program, ran
}

func (p *Platform) releaserOf(t *testing.T, helmfile, kubeconfig, uid string) releaser {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(p.repo, "deploy"), 0o755); err != nil {
		t.Fatal(err)
	}
	return releaser{repo: p.repo, helm: "helm", helmfile: helmfile, kubeconfig: kubeconfig, uid: uid, home: t.TempDir(), environment: "oke", timeouts: p.Spec.Timeouts}
}

// The kubeconfig is exchanged between verifying it and acting by it: each stage acts
// on the cluster that was verified, or not at all.
func TestSafetyEachStageActsOnTheVerifiedCluster(t *testing.T) {
	p := newPlatform(t)
	ours, prod := serveAPI(t, "ours"), serveAPI(t, "prod")
	given := filepath.Join(t.TempDir(), "kubeconfig")
	ours.writeKubeconfig(t, given)
	other, forget, err := p.elsewhere(t.Context(), given, "ours")
	if err != nil {
		t.Fatal(err)
	}
	prod.writeKubeconfig(t, given)
	t.Setenv("HELM_KUBEAPISERVER", prod.URL)
	helmfile, ran := script(t)
	stages := p.releaserOf(t, helmfile, other.Kubeconfig(), "ours")
	for range 2 {
		if err := stages.sync(t.Context(), &bytes.Buffer{}, ""); err != nil {
			t.Fatal(err)
		}
	}
	want := strings.Repeat(other.Kubeconfig()+" \n", 2)
	if got, err := os.ReadFile(ran); err != nil || string(got) != want {
		t.Errorf("helmfile ran with %q (%v), want %q", got, err, want)
	}
	if info, err := os.Stat(filepath.Dir(other.Kubeconfig())); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the copy lies in a directory of mode %v (%v)", info.Mode(), err)
	}
	prod.writeKubeconfig(t, other.Kubeconfig())
	if err := stages.sync(t.Context(), &bytes.Buffer{}, ""); !errors.Is(err, target.ErrRefused) {
		t.Errorf("another cluster's kubeconfig: %v", err)
	}
	if got, err := os.ReadFile(ran); err != nil || string(got) != want {
		t.Errorf("helmfile ran on another cluster: %q (%v)", got, err)
	}
	forget()
	if _, err := os.Stat(other.Kubeconfig()); !os.IsNotExist(err) {
		t.Errorf("the copy is left (%v)", err)
	}
}

func TestSafetyDeployRefusesAnotherCluster(t *testing.T) {
	p := newPlatform(t)
	prod := serveAPI(t, "prod")
	given := filepath.Join(t.TempDir(), "kubeconfig")
	prod.writeKubeconfig(t, given)
	t.Setenv(KubeconfigEnv, given)
	for _, uid := range []string{"ours", ""} {
		t.Setenv(ClusterUIDEnv, uid)
		if err := p.Deploy(t.Context()); !errors.Is(err, target.ErrRefused) {
			t.Errorf("UID %q: %v", uid, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(p.artifacts(), "deploy-*")); err != nil || len(left) > 0 {
		t.Errorf("copies are left: %q (%v)", left, err)
	}
}

// A kubeconfig that could lead elsewhere is not used for up's own looks either.
func TestSafetyOwnKubeconfigIsReadStrictly(t *testing.T) {
	p := newPlatform(t)
	content := `{"kind":"Config","apiVersion":"v1","current-context":"a","clusters":[{"name":"a","cluster":{"server":"http://127.0.0.1:1"}}],` +
		`"users":[{"name":"a","user":{"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"/bin/true","interactiveMode":"Never"}}}],` +
		`"contexts":[{"name":"a","context":{"cluster":"a","user":"a"}}]}`
	for name, file := range map[string]string{"exec": content, "two documents": content + "\n---\n" + content} {
		if err := os.WriteFile(p.Kubeconfig(), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := p.client(); !errors.Is(err, target.ErrRefused) {
			t.Errorf("%s: client: %v", name, err)
		}
		if _, err := p.dynamic(); !errors.Is(err, target.ErrRefused) {
			t.Errorf("%s: dynamic client: %v", name, err)
		}
	}
}

func TestIgnoredVariablesAreNamed(t *testing.T) {
	p := newPlatform(t)
	t.Setenv("HELM_KUBEAPISERVER", "https://prod")
	t.Setenv("KUBECONFIG", "/prod")
	t.Setenv("TF_VAR_region", "x")
	p.reportIgnored()
	got := p.out.(*bytes.Buffer).String()
	if !strings.Contains(got, "HELM_KUBEAPISERVER") || !strings.Contains(got, "KUBECONFIG") || strings.Contains(got, "TF_VAR") || strings.Contains(got, "https:") {
		t.Errorf("got %q", got)
	}
}

// heldLease is the Lease of a run that lives.
func heldLease(t *testing.T) *coordinationv1.Lease {
	t.Helper()
	clients := fake.NewClientset()
	lock, err := lease.Acquire(t.Context(), clients, "assay chaos", &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	lock.Abandon()
	l, err := clients.CoordinationV1().Leases(metav1.NamespaceSystem).Get(t.Context(), lease.Name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	l.TypeMeta = metav1.TypeMeta{Kind: "Lease", APIVersion: "coordination.k8s.io/v1"}
	return l
}

func TestSafetyAPlatformAtWorkIsLeft(t *testing.T) {
	e := startFakeEngine(t)
	p := newPlatform(t)
	bringUp(t, p)
	e.load(t)
	e.Ran = nil
	e.save(t)
	before := e.names(t)
	ours := serveAPI(t, "u") // as bringUp's state has it
	ours.lease = heldLease(t)
	ours.writeKubeconfig(t, p.Kubeconfig())
	given := filepath.Join(t.TempDir(), "kubeconfig")
	ours.writeKubeconfig(t, given)
	t.Setenv(KubeconfigEnv, given)
	t.Setenv(ClusterUIDEnv, "u")
	t.Setenv(ImagesEnv, string(Public))
	for name, act := range map[string]func(context.Context) error{"up": p.Up, "down": p.Down, "deploy": p.Deploy} {
		t.Run(name, func(t *testing.T) { refused(t, act(t.Context()), "assay chaos", "since") })
	}
	if diff := cmp.Diff(before, e.names(t)); diff != "" || len(e.Ran) > 0 {
		t.Errorf("something was done: %q\n%s", e.Ran, diff)
	}
	if state, err := p.loadState(); err != nil || state == nil {
		t.Errorf("the state is %v (%v)", state, err)
	}
	past := metav1.NewMicroTime(time.Now().Add(-time.Hour))
	ours.lease.Spec.RenewTime = &past
	if err := p.Down(t.Context()); err != nil {
		t.Errorf("down after the run has ended: %v", err)
	}
}
