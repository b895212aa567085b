package platform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"k8s.io/client-go/rest"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/spec"
)

// Environment that names a cluster explicitly, in place of the one that up made.
const (
	// KubeconfigEnv names a kubeconfig of one cluster and one user.
	KubeconfigEnv = "ASSAY_KUBECONFIG"
	// ClusterUIDEnv holds the UID of that cluster's namespace kube-system.
	ClusterUIDEnv = "ASSAY_CLUSTER_UID"
)

// Connect returns a connection to the cluster that the environment names, else to
// the platform's own, after the cluster has shown that it is the one.
func (p *Platform) Connect(ctx context.Context) (*kube.Cluster, error) {
	profile, err := p.Profile()
	if err != nil {
		return nil, err
	}
	config, err := p.target(ctx)
	if err != nil {
		return nil, err
	}
	if profile == spec.ReadOnly {
		readOnly(config)
	}
	return kube.Connect(config)
}

func (p *Platform) target(ctx context.Context) (*rest.Config, error) {
	timeout := p.Spec.Timeouts.APIRequest.Duration
	if path := os.Getenv(KubeconfigEnv); path != "" {
		return target.Load(ctx, path, os.Getenv(ClusterUIDEnv), timeout)
	}
	adopted, err := p.Adoption()
	if err != nil {
		return nil, err
	}
	if adopted != nil {
		if time.Now().After(adopted.Expires) {
			return nil, refusal.New("the adoption of %s ended at %s: `assay unadopt`, then adopt it again", adopted.Server, adopted.Expires.UTC().Format(time.RFC3339))
		}
		return target.Load(ctx, p.AdoptedKubeconfig(), string(adopted.ClusterUID), timeout)
	}
	state, err := p.loadState()
	if err != nil {
		return nil, err
	}
	if state == nil || state.Phase != PhaseReady {
		return nil, errors.New("no platform is up: run `make up` first, or `assay adopt` a cluster that is there")
	}
	p.engine.Use(ctx)
	if _, err := os.Stat(p.Kubeconfig()); err != nil {
		return nil, fmt.Errorf("the platform's kubeconfig is missing (%w): run `make up`, which writes it again", err)
	}
	return target.Load(ctx, p.Kubeconfig(), state.ClusterUID, timeout)
}

// Healthy returns an error unless the platform that up made is up and complete, and
// its ingress answers on this machine.
func (p *Platform) Healthy(ctx context.Context) error {
	state, err := p.loadState()
	if err != nil {
		return err
	}
	if state == nil {
		return errors.New("no platform is up: run `make up` first")
	}
	if err := p.healthy(ctx, state.ClusterUID); err != nil {
		return err
	}
	return p.answers(ctx, "http://"+state.ingress().HTTP)
}

// answers wants any answer from a URL: a node lets packets through to a new pod a
// moment after it is ready.
func (p *Platform) answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, p.Spec.Timeouts.HTTPRequest.Duration)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	// Not the answer that a redirect leads to, and no connection from before.
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return fmt.Errorf("ask the ingress: %w", err)
	}
	return response.Body.Close()
}
