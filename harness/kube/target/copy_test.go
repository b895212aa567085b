package target_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"assay.dev/assay/harness/kube/target"
)

// A file that is somebody else's is not read, whoever may read it; root may.
func TestSafetyAnothersKubeconfigIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away; harness/process/private checks the rule for everybody")
	}
	a := serve(t, ours, marked, secret)
	path := kubeconfig(a).write(t)
	if err := os.Chown(path, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	_, err := target.Load(context.Background(), path, ours, patient)
	expect(t, err, target.ErrRefused, "belongs to the user with ID 65534")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	_, err = target.Load(context.Background(), link, ours, patient)
	expect(t, err, target.ErrRefused, "belongs to the user with ID 65534")
	if a.asked.Load() != 0 {
		t.Error("the server was asked")
	}
}

// The file is exchanged while the cluster is asked: the copy is what was verified.
func TestSafetyTheCopyIsWhatWasVerified(t *testing.T) {
	prod := serve(t, "prod", marked, secret)
	var path string
	a := &api{}
	a.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		content, err := json.Marshal(kubeconfig(prod))
		if err == nil {
			err = os.WriteFile(path, content, 0o600)
		}
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"kind": "Namespace", "apiVersion": "v1",
			"metadata": map[string]any{"name": "kube-system", "uid": ours, "labels": marked},
		})
	}))
	t.Cleanup(a.Close)
	path = kubeconfig(a).write(t)
	victim := filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(victim, []byte("untouched"), 0o644); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.Symlink(victim, to); err != nil { // a link at the place is replaced, not followed
		t.Fatal(err)
	}
	if err := target.Copy(context.Background(), path, ours, to, patient); err != nil {
		t.Fatal(err)
	}
	config, err := target.Read(to)
	if err != nil || config.Host != a.URL {
		t.Errorf("the copy leads to %v (%v), want %s", config, err, a.URL)
	}
	if content, err := os.ReadFile(victim); err != nil || string(content) != "untouched" {
		t.Errorf("the link was followed: %q (%v)", content, err)
	}
	_, err = target.Load(context.Background(), path, ours, patient)
	expect(t, err, target.ErrRefused, "is another cluster")
}

func TestSafetyARefusedKubeconfigIsNotCopied(t *testing.T) {
	to := filepath.Join(t.TempDir(), "kubeconfig")
	err := target.Copy(context.Background(), kubeconfig(serve(t, "prod", marked, secret)).write(t), ours, to, patient)
	expect(t, err, target.ErrRefused, "is another cluster")
	if _, err := os.Lstat(to); !os.IsNotExist(err) {
		t.Errorf("a copy was written (%v)", err)
	}
}
