package platform

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// ownLabel marks docker objects as the project's own.
const ownLabel = "dev.assay"

// registryAlias is where nodes look for the registry on their network, whatever the
// platform's name (hermetic/node/customize).
const registryAlias = "assay-registry"

// registry is the name of the registry's container.
func (p *Platform) registry() string { return p.name + "-registry" }

// startNetwork makes the docker network of the nodes and the registry.
func (p *Platform) startNetwork(ctx context.Context, log io.Writer) error {
	if _, err := docker(ctx, log, "network", "inspect", p.name); err == nil {
		return nil
	}
	_, err := docker(ctx, log, "network", "create", "--label", ownLabel+"=network",
		"--opt", "com.docker.network.bridge.enable_ip_masquerade=true", p.name)
	if err != nil {
		return fmt.Errorf("make the nodes' network: %w", err)
	}
	return nil
}

// startRegistry runs the registry over the image layout in dir, unless the one
// that runs is of the same image.
func (p *Platform) startRegistry(ctx context.Context, log io.Writer, image, dir string) error {
	format := "{{.State.Running}} {{.Config.Image}}"
	if seen, err := docker(ctx, log, "container", "inspect", "--format", format, p.registry()); err == nil {
		if strings.TrimSpace(seen) == "true "+image {
			return nil
		}
		if _, err := docker(ctx, log, "rm", "--force", p.registry()); err != nil {
			return fmt.Errorf("replace the registry: %w", err)
		}
	}
	_, err := docker(ctx, log, "run", "--detach", "--name", p.registry(), "--label", ownLabel+"=registry",
		"--network", p.name, "--network-alias", registryAlias, "--restart", "on-failure", "--read-only", "--cap-drop", "ALL", "--user", "0",
		"--volume", dir+":/layout:ro", image, "/layout", ":5000")
	if err != nil {
		return fmt.Errorf("start the registry: %w", err)
	}
	return nil
}
