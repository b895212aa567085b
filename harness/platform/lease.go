package platform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/harness/platform/lease"
)

// heldTimeout bounds the question who holds a platform that may not answer.
const heldTimeout = 5 * time.Second

// refuseHeld returns a *refusal.Error where a run is at work on the platform that up
// made. One that does not answer, or is another, is at nobody's work.
func (p *Platform) refuseHeld(ctx context.Context) error {
	state, err := p.loadState()
	if err != nil || state == nil || state.ClusterUID == "" {
		return nil //nolint:nilerr // a damaged state names no cluster, and is reported elsewhere
	}
	if _, err := os.Stat(p.Kubeconfig()); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	config, err := target.Load(ctx, p.Kubeconfig(), state.ClusterUID, heldTimeout)
	if err != nil {
		return nil //nolint:nilerr // it does not answer
	}
	return heldOn(ctx, config)
}

// heldOn returns a *refusal.Error where a run is at work on the cluster of config.
func heldOn(ctx context.Context, config *rest.Config) error {
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("connect to the cluster: %w", err)
	}
	holder, err := lease.Read(ctx, clients)
	if err != nil {
		return err
	}
	if holder != nil {
		return lease.Refuse(holder)
	}
	return nil
}
