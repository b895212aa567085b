package platform

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// RunsDir is where runs are kept, below the repository.
const RunsDir = "artifacts/runs"

// StartRun starts a run on a cluster: it says what the run judges and makes the
// run's directory. command is what the user ran.
func (p *Platform) StartRun(ctx context.Context, cluster *kube.Cluster, command string) (*run.Run, error) {
	return p.StartRunIn(ctx, filepath.Join(p.repo, RunsDir), cluster, command)
}

// StartRunIn is Start with the run's directory below root, for runs that are no part
// of the platform's history.
func (p *Platform) StartRunIn(ctx context.Context, root string, cluster *kube.Cluster, command string) (*run.Run, error) {
	kubeSystem, err := cluster.Clients.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("ask the cluster who it is: %w", err)
	}
	r := run.Run{
		Started: time.Now(), Seed: rand.Int64(), Command: command,
		Commit: cmp.Or(p.Commit, commit(ctx, p.repo)), Revision: p.Spec.Specification.Feature, Spec: p.Spec,
		ClusterUID: string(kubeSystem.UID), Unsupported: map[spec.Capability]string{},
	}
	state, err := p.made(r.ClusterUID)
	if err != nil {
		return nil, err
	}
	r.Target, r.Images = spec.OKE, string(Public)
	if state != nil {
		r.Images = string(state.Images)
	}
	if state.onKindNodes() {
		r.Target = spec.Kind
	}
	adopted, err := p.adoptedCluster(r.ClusterUID)
	if err != nil {
		return nil, err
	}
	if r.Profile, err = p.Profile(); err != nil {
		return nil, err
	}
	if adopted != nil {
		r.Target, r.Images = spec.Adopted, "unknown"
		r.Ingress, r.Unsupported = p.capabilities(ctx, adopted, cluster)
	} else if r.Ingress, err = p.endpointOf(ctx, state, cluster); err != nil {
		return nil, err
	}
	if r.Versions, r.Digests, err = running(ctx, cluster.Clients); err != nil {
		return nil, err
	}
	return run.Create(root, r)
}

// IngressEndpoint is where the ingress of a cluster is reached from here.
func (p *Platform) IngressEndpoint(ctx context.Context, cluster *kube.Cluster) (run.Endpoint, error) {
	kubeSystem, err := cluster.Clients.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		return run.Endpoint{}, fmt.Errorf("ask the cluster who it is: %w", err)
	}
	state, err := p.made(string(kubeSystem.UID))
	if err != nil {
		return run.Endpoint{}, err
	}
	return p.endpointOf(ctx, state, cluster)
}

func (p *Platform) endpointOf(ctx context.Context, state *State, cluster *kube.Cluster) (run.Endpoint, error) {
	if p.Ingress != (run.Endpoint{}) {
		return p.Ingress, nil
	}
	if state.onKindNodes() {
		return state.ingress(), nil
	}
	return p.balanced(ctx, cluster)
}

// made returns the state of the cluster with this UID, nil unless up made it.
func (p *Platform) made(uid string) (*State, error) {
	state, err := p.loadState()
	if state == nil || state.ClusterUID != uid {
		return nil, err
	}
	return state, err
}

// Made reports whether the cluster is the one that up made on this machine.
func (p *Platform) Made(ctx context.Context, cluster *kube.Cluster) bool {
	namespace, err := cluster.Clients.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		return false
	}
	state, err := p.made(string(namespace.UID))
	return state != nil && err == nil
}

// balanced is the address of the load balancer before the ingress controller.
func (p *Platform) balanced(ctx context.Context, cluster *kube.Cluster) (run.Endpoint, error) {
	controller, ok := p.Spec.OfRole(spec.RoleIngress)
	if !ok {
		return run.Endpoint{}, fmt.Errorf("%s has no row of infrastructure with the role %s, whose load balancer is looked for", p.Spec.Name, spec.RoleIngress)
	}
	namespace := controller.Namespace
	services, err := cluster.Clients.CoreV1().Services(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return run.Endpoint{}, fmt.Errorf("find the load balancer: %w", err)
	}
	for _, service := range services.Items {
		for _, at := range service.Status.LoadBalancer.Ingress {
			return run.Endpoint{HTTP: net.JoinHostPort(at.IP, "80"), HTTPS: net.JoinHostPort(at.IP, "443")}, nil
		}
	}
	return run.Endpoint{}, fmt.Errorf("no Service of the namespace %s has a load balancer with an address: deploy the ingress controller, or say where it is reached (the option Ingress of conformance.Options)", namespace)
}

// commit names the revision of the checkout, "unknown" outside of git.
func commit(ctx context.Context, repo string) string {
	git := func(args ...string) string {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", repo}, args...)...).Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	revision := git("rev-parse", "--short=12", "HEAD")
	if revision == "" {
		return "unknown"
	}
	if git("status", "--porcelain") != "" {
		return fmt.Sprintf("%s+changes", revision)
	}
	return revision
}
