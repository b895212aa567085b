package platform

import (
	"context"
	"errors"
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
	own, err := p.owned(ctx, log)
	if err != nil {
		return err
	}
	defer func() { _ = own.Close() }()
	ours, foreign, err := own.find(ctx, log)
	if err := errors.Join(err, own.refuseForeign(foreign)); err != nil {
		return err
	}
	if slices.ContainsFunc(ours, func(o dockerObject) bool { return o.kind == networkKind }) {
		return nil
	}
	args := []string{"network", "create", "--label", ownLabel + "=network", "--opt", "com.docker.network.bridge.enable_ip_masquerade=true"}
	const mtu = "com.docker.network.driver.mtu"
	if size, err := docker(ctx, log, "network", "inspect", "--format", `{{index .Options "`+mtu+`"}}`, "bridge"); err == nil && strings.TrimSpace(size) != "" {
		args = append(args, "--opt", mtu+"="+strings.TrimSpace(size))
	}
	err = own.make(ctx, log, networkKind, p.name, func(label string) []string { return append(args, "--label", label, p.name) })
	if err != nil {
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
	own, err := p.owned(ctx, log)
	if err != nil {
		return err
	}
	defer func() { _ = own.Close() }()
	if running, err := own.replaceRegistry(ctx, log, p.registry(), started); running || err != nil {
		return err
	}
	err = own.make(ctx, log, containerKind, p.registry(), func(label string) []string {
		return append([]string{"run", "--detach", "--name", p.registry(), "--label", startedLabel + "=" + started, "--label", label}, args...)
	})
	if err != nil {
		return fmt.Errorf("start the registry: %w", err)
	}
	return nil
}

// replaceRegistry reports whether a registry of the platform's own runs that was
// started in this way, and removes one that was not.
func (o *owned) replaceRegistry(ctx context.Context, log io.Writer, name, started string) (bool, error) {
	ours, foreign, err := o.find(ctx, log)
	if err := errors.Join(err, o.refuseForeign(foreign)); err != nil {
		return false, err
	}
	format := `{{.State.Running}} {{index .Config.Labels "` + startedLabel + `"}}`
	for _, object := range ours {
		if object.kind != containerKind || object.name != name {
			continue
		}
		seen, err := docker(ctx, log, "container", "inspect", "--format", format, object.id)
		if err != nil {
			return false, fmt.Errorf("look at the registry: %w", err)
		}
		if strings.TrimSpace(seen) == "true "+started {
			return true, nil
		}
		if err := o.remove(ctx, log, []dockerObject{object}); err != nil {
			return false, fmt.Errorf("replace the registry: %w", err)
		}
	}
	return false, nil
}
