package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Down removes the cluster, the registry, their network and volumes, the docker
// engine that up started, and what that left on the machine. The cache stays.
func (p *Platform) Down(ctx context.Context) error {
	unlock, err := p.lock()
	if err != nil {
		return err
	}
	defer unlock()
	log, err := os.Create(filepath.Join(p.logs(), "down.log"))
	if err != nil {
		return fmt.Errorf("create the log of down: %w", err)
	}
	defer func() { _ = log.Close() }()
	var errs []error
	if p.engine.Use(ctx) {
		errs = append(errs, p.removeContainers(ctx, log))
	}
	errs = append(errs, p.engine.Stop(ctx, log))
	for _, file := range []string{p.stateFile(), p.Kubeconfig()} {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("take the platform down: %w\nfull log: %s", err, log.Name())
	}
	p.say("down: no cluster, registry or network of ours is left; the build cache stays in %s", p.cache)
	return nil
}

// removeContainers removes everything of ours that docker holds and runs.
func (p *Platform) removeContainers(ctx context.Context, log io.Writer) error {
	kind, err := provider(log)
	if err != nil {
		return err
	}
	if err := kind.Delete(ClusterName, p.Kubeconfig()); err != nil {
		return fmt.Errorf("delete the cluster: %w", err)
	}
	ids, err := docker(ctx, log, "ps", "--all", "--quiet", "--filter", "label="+ownLabel)
	if err != nil {
		return fmt.Errorf("list our containers: %w", err)
	}
	for _, id := range strings.Fields(ids) {
		if _, err := docker(ctx, log, "rm", "--force", "--volumes", id); err != nil {
			return fmt.Errorf("remove container %s: %w", id, err)
		}
	}
	networks, err := docker(ctx, log, "network", "ls", "--quiet", "--filter", "label="+ownLabel)
	if err != nil {
		return fmt.Errorf("list our networks: %w", err)
	}
	for _, id := range strings.Fields(networks) {
		if _, err := docker(ctx, log, "network", "rm", id); err != nil {
			return fmt.Errorf("remove network %s: %w", id, err)
		}
	}
	return nil
}
