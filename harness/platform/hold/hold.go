// Package hold gives a command a platform to itself: it acquires the Lease of the
// platform, and first undoes what a run left that ended without releasing it.
package hold

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/mutate"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/lease"
)

// Platform acquires the Lease of the platform on a cluster; see lease.Acquire. Where it
// was a dead run's, the journals of faults and mutants are undone before Platform
// returns. If that fails, the Lease is left to expire, so that the next command tries
// again.
func Platform(ctx context.Context, p *platform.Platform, cluster *kube.Cluster, command string, out io.Writer) (*lease.Lock, error) {
	return platformOf(ctx, cluster, command, out, func(ctx context.Context) error {
		_, err := Undo(ctx, p, cluster, out)
		return err
	})
}

func platformOf(ctx context.Context, cluster *kube.Cluster, command string, out io.Writer, undo func(context.Context) error) (*lease.Lock, error) {
	lock, err := lease.Acquire(ctx, cluster.Clients, command, out)
	if err != nil || lock.Dead == nil {
		return lock, err
	}
	fmt.Fprintf(out, "undoing first what was left by %s\n", lock.Dead)
	if err := undo(lock.Context()); err != nil {
		lock.Abandon()
		return nil, fmt.Errorf("undo what a run that has ended left: %w", err)
	}
	return lock, nil
}

// Undo undoes what the journals of faults and mutants hold, and every other trace of a
// fault, and prints it to out. It reports whether there was anything. The caller holds
// the platform.
func Undo(ctx context.Context, p *platform.Platform, cluster *kube.Cluster, out io.Writer) (found bool, err error) {
	lab := &fault.Lab{Cluster: cluster, Spec: p.Spec, Nodes: Nodes(ctx, p, cluster)}
	cleaned, cleanupErr := lab.Cleanup(ctx)
	all := map[string][]string{"undone": cleaned.Faults, "removed": cleaned.Found, "freed of finalizers": cleaned.Stuck}
	for _, what := range slices.Sorted(maps.Keys(all)) {
		for _, one := range all[what] {
			fmt.Fprintf(out, "%s: %s\n", what, one)
		}
	}
	// After the nodes run again and the network is whole. What leads to the ingress may
	// be what is broken: only a mutant of the ingress needs to know.
	ingress, err := p.IngressEndpoint(ctx, cluster)
	mutant, undoing := mutate.UndoLeft(ctx, p.Spec, cluster, ingress.HTTP)
	if undoing == nil {
		err = nil
	}
	if mutant != "" {
		fmt.Fprintf(out, "undone: the mutant %s\n", mutant)
	}
	return mutant != "" || !cleaned.Clean(), errors.Join(cleanupErr, undoing, err)
}

// Nodes stops the nodes of the cluster that up made on this machine, and no others: nil
// where the docker engine that answers holds others of their name, or none.
func Nodes(ctx context.Context, p *platform.Platform, cluster *kube.Cluster) fault.Nodes {
	if p.Made(ctx, cluster) && p.OwnsNodes(ctx) {
		return fault.KindNodes{Cluster: p.Name()}
	}
	return nil
}
