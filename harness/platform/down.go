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
// engine that up started unless a platform of another name runs on it, and what
// that left on the machine. The cache stays.
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
	// What is left stays known to the next down if this fails.
	if err := p.engine.Revive(ctx, log); err != nil {
		return fmt.Errorf("take the platform down: %w\nfull log: %s", err, log.Name())
	}
	var errs []error
	used := false
	if p.engine.Use(ctx) {
		errs = append(errs, p.removeContainers(ctx, log))
		if used, err = othersLeft(ctx, log); err != nil {
			errs = append(errs, err)
		}
	}
	if !used {
		errs = append(errs, p.engine.Stop(ctx, log))
	}
	for _, file := range []string{p.stateFile(), p.Kubeconfig()} {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	errs = append(errs, p.removeOKE())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("take the platform down: %w\nfull log: %s", err, log.Name())
	}
	if used {
		p.say("down: no cluster, registry or network of the platform %s is left; another platform is up, and so the docker engine and the cache stay", p.name)
		return nil
	}
	p.say("down: no cluster, registry or network of ours is left; the build cache stays in %s", p.cache)
	return nil
}

// removeContainers removes everything of ours that docker holds and runs.
func (p *Platform) removeContainers(ctx context.Context, log io.Writer) error {
	kind, err := p.provider(log)
	if err != nil {
		return err
	}
	if err := kind.Delete(p.name, p.Kubeconfig()); err != nil {
		return fmt.Errorf("delete the cluster: %w", err)
	}
	ids, err := docker(ctx, log, "ps", "--all", "--quiet", "--filter", "label="+ownLabel, "--filter", "name=^"+p.registry()+"$")
	if err != nil {
		return fmt.Errorf("list our containers: %w", err)
	}
	for _, id := range strings.Fields(ids) {
		if _, err := docker(ctx, log, "rm", "--force", "--volumes", id); err != nil {
			return fmt.Errorf("remove container %s: %w", id, err)
		}
	}
	networks, err := docker(ctx, log, "network", "ls", "--quiet", "--filter", "label="+ownLabel, "--filter", "name=^"+p.name+"$")
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

// othersLeft reports whether docker holds something of a platform of another name.
func othersLeft(ctx context.Context, log io.Writer) (bool, error) {
	ids, err := docker(ctx, log, "ps", "--all", "--quiet", "--filter", "label="+ownLabel)
	if err != nil {
		return false, fmt.Errorf("look for other platforms: %w", err)
	}
	return strings.TrimSpace(ids) != "", nil
}
