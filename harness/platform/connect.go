package platform

import (
	"context"
	"errors"
	"fmt"
	"os"

	"k8s.io/client-go/tools/clientcmd"

	"assay.dev/assay/harness/kube"
)

// Connect returns a connection to the platform's cluster, after the cluster has
// shown that it is the one that up made.
func (p *Platform) Connect(ctx context.Context) (*kube.Cluster, error) {
	state, err := p.loadState()
	if err != nil {
		return nil, err
	}
	if state == nil || state.Phase != PhaseReady {
		return nil, errors.New("no platform is up: run `make up` first")
	}
	p.engine.Use(ctx)
	if _, err := os.Stat(p.Kubeconfig()); err != nil {
		return nil, fmt.Errorf("the platform's kubeconfig is missing (%w): run `make up`, which writes it again", err)
	}
	config, err := clientcmd.BuildConfigFromFlags("", p.Kubeconfig())
	if err != nil {
		return nil, fmt.Errorf("read the platform's kubeconfig: %w", err)
	}
	cluster, err := kube.Connect(config)
	if err != nil {
		return nil, err
	}
	if err := identify(ctx, cluster.Clients, state.ClusterUID); err != nil {
		return nil, err
	}
	return cluster, nil
}
