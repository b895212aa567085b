package ocisim

import (
	"context"
	"fmt"
	"net/http"
	"os"
)

// oracleKubeconfig is what OKE writes for token version 2.0.0: credentials are
// asked of the oci CLI whenever the file is used.
const oracleKubeconfig = `---
apiVersion: v1
kind: Config
clusters:
- name: cluster-%[1]s
  cluster:
    server: https://%[2]s
contexts:
- name: context-%[1]s
  context:
    cluster: cluster-%[1]s
    user: user-%[1]s
current-context: context-%[1]s
users:
- name: user-%[1]s
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: oci
      args: [ce, cluster, generate-token, --cluster-id, %[3]s, --region, %[4]s]
      env: []
`

func (s *Server) mountClusters(mux *http.ServeMux) {
	mux.HandleFunc("POST "+okeAPI+"/clusters/{id}/kubeconfig/content", func(w http.ResponseWriter, r *http.Request) {
		content, err := s.kubeconfig(r.Context(), r.PathValue("id"))
		if err != nil {
			writeError(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/x-yaml")
		_, _ = w.Write(content)
	})
}

func (s *Server) kubeconfig(ctx context.Context, id string) ([]byte, error) {
	s.mu.Lock()
	s.settle()
	c, err := s.clusters.find(id)
	if err == nil && c.LifecycleState != stateActive && c.LifecycleState != stateUpdating {
		err = incorrectState("cluster %s is %s", c.ClusterName, c.LifecycleState)
	}
	var endpoint string
	if err == nil && c.Endpoints != nil {
		if endpoint = c.Endpoints.PublicEndpoint; endpoint == "" {
			endpoint = c.Endpoints.PrivateEndpoint
		}
	}
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	// The hook may take long, so it runs without the lock.
	if s.opts.Kubeconfig != nil {
		return s.opts.Kubeconfig(ctx, id)
	}
	short := id[len(id)-11:]
	return fmt.Appendf(nil, oracleKubeconfig, short, endpoint, id, s.opts.Region), nil
}

// KubeconfigFile answers with a file's content, read again each time: the cluster
// behind it may be made after the emulator has started.
func KubeconfigFile(file string) func(context.Context, string) ([]byte, error) {
	return func(context.Context, string) ([]byte, error) {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, incorrectState("no cluster stands behind this one yet: %v", err)
		}
		return content, nil
	}
}
