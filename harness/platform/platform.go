// Package platform brings the platform up on kind, reuses one that is up, and
// takes it down again. It never acts on a cluster that it did not make.
package platform

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec"
)

const (
	// NameEnv names the platform, for users who keep more than one on a machine.
	NameEnv = "ASSAY_PLATFORM"
	// DefaultName is the name of a platform that NameEnv does not name.
	DefaultName = "assay"
	// TargetLabel marks, on the namespace kube-system, a cluster that may be
	// acted on. Its value is TargetValue.
	TargetLabel = target.Label
	// TargetValue is the value of TargetLabel.
	TargetValue = target.LabelValue
)

// Platform is a platform on this machine as one repository checkout sees it. The
// cluster, the cache and the docker engine belong to the user, not the checkout.
type Platform struct {
	// Spec is what the platform is deployed and judged by.
	Spec *spec.Spec
	// Ingress is where the ingress is reached from here, for a caller that knows. Empty is
	// the address of the nodes that up made, or of the load balancer.
	Ingress run.Endpoint
	// Commit is the revision of assay that judges, for a program that knows. Empty is that
	// of the checkout.
	Commit string
	// name is that of the kind cluster, and of the docker network of its nodes.
	name  string
	repo  string
	cache string
	out   io.Writer
	// terminal says that out is a terminal that can show moving bars.
	terminal bool
	engine   host.Engine
	// nodes is what the nodes of the cluster are like.
	nodes Nodes
	// kubeconfig is that of a cluster which something else made; empty for the own one.
	kubeconfig string
}

// Above is the nearest directory, from dir up to the root, that is what is looked for; empty
// if none is.
func Above(dir string, is func(dir string) bool) string {
	for ; !is(dir); dir = filepath.Dir(dir) {
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
	return dir
}

// New returns the platform of a specification and of the checkout at repo, with messages to out.
func New(repo string, s *spec.Spec, out io.Writer, terminal bool) (*Platform, error) {
	name, err := Name()
	if err != nil {
		return nil, err
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("find the user's cache directory: %w", err)
	}
	nodes, err := nodesFromEnv()
	if err != nil {
		return nil, err
	}
	cache := filepath.Join(user, "assay")
	p := &Platform{Spec: s, name: name, repo: repo, cache: cache, out: out, terminal: terminal, nodes: nodes}
	p.engine = host.Engine{Dir: filepath.Join(cache, "docker")}
	for _, dir := range []string{filepath.Dir(p.stateFile()), p.logs()} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("make %s: %w", dir, err)
		}
	}
	return p, nil
}

// Kubeconfig is the path of the project's own minimal kubeconfig. The user's
// current context is never read and never changed.
func (p *Platform) Kubeconfig() string {
	if p.kubeconfig != "" {
		return p.kubeconfig
	}
	return filepath.Join(p.artifacts(), "kubeconfig")
}

func (p *Platform) logs() string { return filepath.Join(p.artifacts(), "logs") }

// artifacts is where the checkout keeps what belongs to the platform of this name.
func (p *Platform) artifacts() string {
	if p.name == DefaultName {
		return filepath.Join(p.repo, "artifacts", "platform")
	}
	return filepath.Join(p.repo, "artifacts", "platform-"+p.name)
}

// lock keeps a second up or down of the same user out, whatever its platform: they
// share the cache and the docker engine.
func (p *Platform) lock() (func(), error) {
	lock := flock.New(filepath.Join(p.cache, "lock"))
	got, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the platform: %w", err)
	}
	if !got {
		return nil, refusal.New("another assay process holds the lock %s: wait for it to end", lock.Path())
	}
	return func() { _ = lock.Unlock() }, nil
}

// lockPoll is how often the lock is tried again while another process holds it.
const lockPoll = 200 * time.Millisecond

// awaitLock takes the same lock for work that can wait, and says once that it waits: the
// other process may bring a platform up for minutes.
func (p *Platform) awaitLock(ctx context.Context) (func(), error) {
	lock := flock.New(filepath.Join(p.cache, "lock"))
	got, err := lock.TryLock()
	if err == nil && !got {
		p.printf("waiting for another assay process, which holds the lock %s", lock.Path())
		_, err = lock.TryLockContext(ctx, lockPoll)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the platform: %w", err)
	}
	return func() { _ = lock.Unlock() }, nil
}

func (p *Platform) printf(format string, args ...any) {
	fmt.Fprintln(p.out, visible.Text(fmt.Sprintf(format, args...)))
}

// docker runs a docker command and returns what it printed.
func docker(ctx context.Context, log io.Writer, args ...string) (string, error) {
	return host.Output(ctx, log, host.Command{Args: append([]string{"docker"}, args...)})
}
