package platform

import (
	"cmp"
	"context"
	"errors"
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
	kubeconfig := cmp.Or(os.Getenv(KubeconfigEnv), p.Kubeconfig())
	return host.Run(ctx, log, host.Command{
		Dir:  filepath.Join(p.repo, "deploy"),
		Env:  append(helmHome(p.helmDir()), "KUBECONFIG="+kubeconfig),
		Args: append([]string{helm}, args...),
	})
}

func (p *Platform) helm() (string, error) {
	if helm := os.Getenv(HelmEnv); helm != "" {
		return helm, nil
	}
	remembered, err := os.ReadFile(p.helmFile())
	if err == nil {
		return string(remembered), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("look for helm: %w", err)
	}
	helm, err := exec.LookPath("helm")
	if err != nil {
		return "", fmt.Errorf("no helm: run `make up`, set %s, or install helm: %w", HelmEnv, err)
	}
	return helm, nil
}

// helmDir is where helm keeps its own files.
func (p *Platform) helmDir() string { return filepath.Join(p.cache, "helm") }

// helmFile holds the path of the program that made the releases last.
func (p *Platform) helmFile() string { return filepath.Join(p.helmDir(), "program") }

func (p *Platform) rememberHelm(helm string) error {
	if err := os.MkdirAll(p.helmDir(), 0o755); err != nil {
		return fmt.Errorf("save the path of helm: %w", err)
	}
	if err := os.WriteFile(p.helmFile(), []byte(helm), 0o644); err != nil {
		return fmt.Errorf("save the path of helm: %w", err)
	}
	return nil
}

// helmHome is the environment that keeps helm's files out of the user's own.
func helmHome(dir string) []string {
	return []string{
		"HELM_CACHE_HOME=" + filepath.Join(dir, "cache"),
		"HELM_CONFIG_HOME=" + filepath.Join(dir, "config"),
		"HELM_DATA_HOME=" + filepath.Join(dir, "data"),
	}
}
