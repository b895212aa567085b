package platform

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/run"
	"assay.dev/assay/spec"
)

// RunsDir is where runs are kept, below the repository.
const RunsDir = "artifacts/runs"

// Begin starts a run on the platform of the checkout at repo: it says what the
// run judges and makes the run's directory. command is what the user ran.
func Begin(ctx context.Context, repo string, cluster *kube.Cluster, command string) (*run.Run, error) {
	return BeginIn(ctx, filepath.Join(repo, RunsDir), repo, cluster, command)
}

// BeginIn is Begin with the run's directory below root, for runs that are no part
// of the platform's history.
func BeginIn(ctx context.Context, root, repo string, cluster *kube.Cluster, command string) (*run.Run, error) {
	kubeSystem, err := cluster.Clients.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("ask the cluster who it is: %w", err)
	}
	begun := time.Now()
	r := run.Run{
		Begun: begun, Seed: rand.Int64(), Target: spec.Kind, Command: command,
		Commit: commit(ctx, repo), Revision: spec.Current().Specification.Feature,
		ClusterUID: string(kubeSystem.UID),
		Front: run.Front{
			HTTP:  net.JoinHostPort("127.0.0.1", strconv.Itoa(HTTPNodePort)),
			HTTPS: net.JoinHostPort("127.0.0.1", strconv.Itoa(HTTPSNodePort)),
		},
	}
	if r.Versions, r.Digests, err = running(ctx, cluster.Clients); err != nil {
		return nil, err
	}
	return run.Create(root, r)
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
