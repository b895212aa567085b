package platform

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/hermetic/store"
)

// ownLabel marks docker objects as the project's own.
const ownLabel = "dev.assay"

// startedLabel identifies the way in which a container was started.
const startedLabel = ownLabel + ".started"

// registryAlias is where nodes look for the registry on their network, whatever the
// platform's name (hermetic/node/customize).
const registryAlias = "assay-registry"

// registry is the name of the registry's container.
func (p *Platform) registry() string { return p.name + "-registry" }

// startNetwork makes the docker network of the nodes and the registry, with the
// size of packets that docker's own bridge has: a new network has docker's default.
func (p *Platform) startNetwork(ctx context.Context, log io.Writer) error {
	if _, err := docker(ctx, log, "network", "inspect", p.name); err == nil {
		return nil
	}
	args := []string{"network", "create", "--label", ownLabel + "=network", "--opt", "com.docker.network.bridge.enable_ip_masquerade=true"}
	const mtu = "com.docker.network.driver.mtu"
	if size, err := docker(ctx, log, "network", "inspect", "--format", `{{index .Options "`+mtu+`"}}`, "bridge"); err == nil && strings.TrimSpace(size) != "" {
		args = append(args, "--opt", mtu+"="+strings.TrimSpace(size))
	}
	if _, err := docker(ctx, log, append(args, p.name)...); err != nil {
		return fmt.Errorf("make the nodes' network: %w", err)
	}
	return nil
}

// startRegistry runs the registry over the image layout in dir, unless one runs
// that was started in the same way.
func (p *Platform) startRegistry(ctx context.Context, log io.Writer, image, dir string) error {
	engine, err := host.AskInfo(ctx)
	if err != nil {
		return err
	}
	// Who owns the layout reads it. Without root, the engine's root is that user.
	owner := fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid())
	if engine.Rootless() {
		owner = "0"
	}
	args := []string{
		"--label", ownLabel + "=registry", "--network", p.name, "--network-alias", registryAlias,
		"--restart", "on-failure", "--read-only", "--cap-drop", "ALL", "--user", owner,
		"--security-opt", "label=disable", // the layout is the user's own file, which SELinux keeps from containers
		"--volume", dir + ":/layout:ro",
	}
	private, program, err := p.privateArgs()
	if err != nil {
		return err
	}
	args = slices.Concat(args, private, []string{image}, program, []string{"/layout", ":5000"})
	started := store.Key(args...)
	format := `{{.State.Running}} {{index .Config.Labels "` + startedLabel + `"}}`
	if seen, err := docker(ctx, log, "container", "inspect", "--format", format, p.registry()); err == nil {
		if strings.TrimSpace(seen) == "true "+started {
			return nil
		}
		if _, err := docker(ctx, log, "rm", "--force", p.registry()); err != nil {
			return fmt.Errorf("replace the registry: %w", err)
		}
	}
	args = append([]string{"run", "--detach", "--name", p.registry(), "--label", startedLabel + "=" + started}, args...)
	_, err = docker(ctx, log, args...)
	if err != nil {
		return fmt.Errorf("start the registry: %w", err)
	}
	return nil
}
