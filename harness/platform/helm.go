package platform

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"assay.dev/assay/hermetic/host"
)

// HelmEnv names the helm to use, as `assay tools` prints it.
const HelmEnv = "ASSAY_HELM"

// Helm runs helm on the cluster that Connect connects to, with the program that
// deployed the platform, and its output to log. Where another machine deployed it,
// that is the one that HelmEnv names, or the first in the path.
func (p *Platform) Helm(ctx context.Context, log io.Writer, args ...string) error {
	if _, err := p.target(ctx); err != nil { // shows that the cluster is ours
		return err
	}
	helm, err := p.helm()
	if err != nil {
		return err
	}
	kubeconfig := p.Kubeconfig()
	if path := os.Getenv(KubeconfigEnv); path != "" {
		kubeconfig = path
	}
	return host.Run(ctx, log, host.Command{
		Dir:  filepath.Join(p.repo, "deploy"),
		Env:  append(helmHome(filepath.Join(p.cache, "helm")), "KUBECONFIG="+kubeconfig),
		Args: append([]string{helm}, args...),
	})
}

func (p *Platform) helm() (string, error) {
	if helm := os.Getenv(HelmEnv); helm != "" {
		return helm, nil
	}
	state, err := p.loadState()
	if err != nil {
		return "", err
	}
	if state != nil && state.Helm != "" {
		return state.Helm, nil
	}
	helm, err := exec.LookPath("helm")
	if err != nil {
		return "", fmt.Errorf("no helm: run `make up`, set %s, or install helm: %w", HelmEnv, err)
	}
	return helm, nil
}

// helmHome is the environment that keeps helm's files out of the user's own.
func helmHome(dir string) []string {
	return []string{
		"HELM_CACHE_HOME=" + filepath.Join(dir, "cache"),
		"HELM_CONFIG_HOME=" + filepath.Join(dir, "config"),
		"HELM_DATA_HOME=" + filepath.Join(dir, "data"),
	}
}
