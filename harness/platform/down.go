package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay.dev/assay/harness/process/inventory"
	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/hermetic/host"
)

// Down removes the cluster, the registry, their network and volumes, the docker
// engine that up started unless something else runs on it, and what that left on
// the machine. It removes what the inventory holds and leaves alone, and reports,
// what only bears the platform's name; the error then is a *refusal.Error. The state
// stays where docker cannot be asked. The cache stays.
func (p *Platform) Down(ctx context.Context) error {
	unlock, err := p.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := p.refuseHeld(ctx); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(p.logs(), "down.log"))
	if err != nil {
		return fmt.Errorf("create the log of down: %w", err)
	}
	defer func() { _ = log.Close() }()
	// What is left stays known to the next down if this fails.
	left, err := p.takeDown(ctx, log)
	if err != nil {
		return fmt.Errorf("take the platform down: %w\nfull log: %s", err, log.Name())
	}
	for _, path := range []string{p.stateFile(), p.Kubeconfig(), p.markDir()} {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("take the platform down: %w", err)
		}
	}
	if err := p.removeOKE(); err != nil {
		return fmt.Errorf("take the platform down: %w", err)
	}
	if left.others > 0 {
		p.printf("down: no cluster, registry or network of the platform %s is left; the docker engine that assay started has %d other containers and networks, and so it and the cache stay", p.name, left.others)
	} else {
		p.printf("down: no cluster, registry or network of ours is left; the build cache stays in %s", p.cache)
	}
	installed, err := host.Installed(ctx, log)
	if err == nil && len(installed) > 0 {
		p.printf("Debian packages that assay installed stay, for what else uses them by now: %s", strings.Join(installed, " "))
	}
	return errors.Join(left.foreign, err)
}

// leftAlone is what down did not remove because it is not the platform's own.
type leftAlone struct {
	// foreign is the error about what bears the platform's name.
	foreign error
	// others counts containers on the docker engine that up started.
	others int
}

func (p *Platform) takeDown(ctx context.Context, log io.Writer) (leftAlone, error) {
	var left leftAlone
	made, err := p.recorded()
	if err != nil {
		return left, err
	}
	onOwn := slices.ContainsFunc(made, func(e inventory.Entry) bool { return e.Attributes[endpointAttribute] == p.engine.Endpoint() })
	answers := p.engine.Use(ctx)
	if !answers {
		if foreign := p.engine.Foreign(); foreign != nil && (onOwn || len(made) == 0) {
			return left, foreign
		}
		if err := p.engine.Revive(ctx, log, onOwn); err != nil {
			return left, err
		}
		answers = p.engine.Use(ctx)
	}
	if !answers {
		if err := p.mayBeUp(made); err != nil {
			return left, err
		}
		return left, errors.Join(p.restoreSysctls(nil), p.engine.Stop(ctx, log))
	}
	if left.foreign, err = p.removeContainers(ctx, log); err != nil {
		return left, err
	}
	if _, ours := p.engine.Running(); ours {
		if left.others, err = othersLeft(ctx, log); err != nil || left.others > 0 {
			return left, err
		}
	}
	return left, p.engine.Stop(ctx, log)
}

// recorded are the entries about what the platform has, or may have, in docker.
func (p *Platform) recorded() ([]inventory.Entry, error) {
	content, err := os.ReadFile(p.inventoryFile())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read the inventory: %w", err)
	}
	entries, err := inventory.Decode(content)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", p.inventoryFile(), err)
	}
	made := append(inventory.Present(entries), inventory.Pending(entries)...)
	return slices.DeleteFunc(made, func(entry inventory.Entry) bool { return !isDocker(entry) }), nil
}

// mayBeUp returns a *refusal.Error where the platform may have something in a docker
// engine that does not answer.
func (p *Platform) mayBeUp(made []inventory.Entry) error {
	if len(made) > 0 {
		return p.unreachable(fmt.Sprintf("a %s in the engine with ID %s", made[0].Kind, made[0].Attributes[engineAttribute]))
	}
	state, _ := p.loadState() // a damaged one names no cluster
	if state != nil && state.ClusterUID != "" {
		return p.unreachable("the cluster with UID " + state.ClusterUID)
	}
	return nil
}

func (p *Platform) unreachable(what string) error {
	return &refusal.Error{Reason: fmt.Sprintf("no docker engine answers, and the platform %s has %s: nothing was changed; start docker, or point DOCKER_HOST to that engine, and run `make down` again; "+
		"if that engine is gone for good, remove %s and %s", p.name, what, p.inventoryFile(), p.stateFile())}
}

// removeContainers removes what docker holds of the platform. What only bears its
// name is the first error.
func (p *Platform) removeContainers(ctx context.Context, log io.Writer) (foreign, err error) {
	own, err := p.owned(ctx, log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = own.Close() }()
	ours, others, err := own.find(ctx, log)
	if err != nil {
		return nil, err
	}
	if err := p.madeWithoutInventory(own); err != nil {
		return nil, err
	}
	// Without root the nodes write what they have changed themselves, while they run;
	// with it they are gone before, so that none changes it again.
	write := p.writeByNode(ctx, log, ours)
	if os.Geteuid() == 0 {
		return own.refuseForeign(others), errors.Join(own.remove(ctx, log, ours), p.restoreSysctls(write))
	}
	restored := p.restoreSysctls(write)
	return own.refuseForeign(others), errors.Join(own.remove(ctx, log, ours), restored)
}

// restoreSysctls gives the kernel's parameters that the nodes change their values
// from before, and reports each.
func (p *Platform) restoreSysctls(write func(name, value string) error) error {
	if _, err := os.Stat(p.inventoryFile()); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	opened, err := inventory.Open(p.inventoryFile())
	if err != nil {
		return err
	}
	return errors.Join(host.RestoreSysctls(opened, p.out, write), opened.Close())
}

// writeByNode returns a writer of the kernel's parameters through the nodes, which share
// the kernel and are privileged.
func (p *Platform) writeByNode(ctx context.Context, log io.Writer, ours []dockerObject) func(name, value string) error {
	return func(name, value string) error {
		failed := errors.New("only root may write it, and no node runs that could")
		for _, object := range ours {
			if !object.isNode() {
				continue
			}
			_, err := docker(ctx, log, "exec", object.id, "sh", "-c", `printf %s "$1" >"/proc/sys/$2"`, "sh", value, name)
			if err == nil {
				return nil
			}
			failed = err // the node may be stopped or paused
		}
		return failed
	}
}

// madeWithoutInventory returns a *refusal.Error where a state names a cluster and the
// inventory never held anything: where that cluster is cannot be known.
func (p *Platform) madeWithoutInventory(own *owned) error {
	state, _ := p.loadState() // a damaged one names no cluster
	entries, err := own.Entries()
	if err != nil || state == nil || state.ClusterUID == "" || slices.ContainsFunc(entries, isDocker) {
		return err
	}
	return &refusal.Error{Reason: fmt.Sprintf("the platform %s, cluster UID %s, was made by an assay that saved no inventory: nothing was changed; "+
		"take it down with that assay, or remove its containers and networks by hand and then %s", p.name, state.ClusterUID, p.stateFile())}
}

// othersLeft counts the containers and networks that the engine has besides docker's
// own: they end, or lose their rules, with it.
func othersLeft(ctx context.Context, log io.Writer) (int, error) {
	containers, err := docker(ctx, log, "ps", "--all", "--quiet")
	if err != nil {
		return 0, fmt.Errorf("look for other containers: %w", err)
	}
	networks, err := docker(ctx, log, "network", "ls", "--quiet", "--filter", "type=custom")
	if err != nil {
		return 0, fmt.Errorf("look for other networks: %w", err)
	}
	return len(strings.Fields(containers)) + len(strings.Fields(networks)), nil
}
