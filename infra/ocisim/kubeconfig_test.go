package ocisim_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/infra/ocisim"
)

func kubeconfigOf(c *client) answer {
	c.t.Helper()
	vcn, subnet := c.network()
	c.post("/20180222/clusters", cluster(vcn, subnet))
	return c.call(http.MethodPost, "/20180222/clusters/"+c.find("cluster", "cluster")+"/kubeconfig/content", fields{"tokenVersion": "2.0.0"})
}

func TestKubeconfigHoldsNoCredential(t *testing.T) {
	got := string(kubeconfigOf(newClient(t, ocisim.Options{})).body)
	if !strings.Contains(got, "generate-token") || strings.Contains(got, "token:") || strings.Contains(got, "client-key") {
		t.Errorf("the kubeconfig is\n%s\nwant one that asks for a token", got)
	}
}

func TestKubeconfigOfARunningCluster(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kubeconfig")
	c := newClient(t, ocisim.Options{Kubeconfig: ocisim.KubeconfigFile(file)})
	if got := kubeconfigOf(c); got.status != http.StatusConflict {
		t.Errorf("without a cluster answered %d, want 409", got.status)
	}
	if err := os.WriteFile(file, []byte("apiVersion: v1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := c.call(http.MethodPost, "/20180222/clusters/"+c.find("cluster", "cluster")+"/kubeconfig/content", fields{})
	if got.status != http.StatusOK || string(got.body) != "apiVersion: v1\n" {
		t.Errorf("answered %d %s, want the file", got.status, got.body)
	}
}

func TestKubeconfigHookMayCallTheServer(t *testing.T) {
	var sim *ocisim.Server
	c := newClient(t, ocisim.Options{Kubeconfig: func(context.Context, string) ([]byte, error) {
		return []byte(sim.Resources()[0].Kind), nil
	}})
	sim = c.sim
	if got := kubeconfigOf(c); string(got.body) != "cluster" {
		t.Errorf("answered %d %s", got.status, got.body)
	}
}
