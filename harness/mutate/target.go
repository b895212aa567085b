package mutate

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/mutate/cloud"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

// targetOf is what mutants are applied to.
type mutationTarget interface {
	apply(ctx context.Context, m mutants.Mutant) error
	// runChecks runs the checks of these requirements, through the API proxy of m if it has one.
	runChecks(ctx context.Context, m mutants.Mutant, ids []string) ([]session.Check, error)
	undo(ctx context.Context) error
	// verifyRestored returns an error unless everything is as it was before the first mutant.
	verifyRestored(ctx context.Context) error
}

// live is the platform that is up.
type live struct {
	changer
	engine Engine
	base   snapshot
}

// UndoLeft undoes the mutant that a killed run left on a cluster, and returns its ID,
// empty if there is none. front is where the ingress takes HTTP, as host:port. The
// caller holds the platform: a mutant of a run that lives is not to be undone.
func UndoLeft(ctx context.Context, s *spec.Spec, cluster *kube.Cluster, ingress string) (string, error) {
	c := newChanger(s, cluster, ingress)
	ctx = context.WithoutCancel(ctx) // what was broken is restored in any case
	left, err := c.journal.read(ctx)
	if err != nil {
		return "", err
	}
	if err := errors.Join(c.undo(ctx), c.removeMarkers(ctx)); err != nil {
		return "", fmt.Errorf("undo what an earlier run left: %w", err)
	}
	if left == nil {
		return "", nil
	}
	return left.Mutant.ID, nil
}

// newLive undoes what an earlier run left and records the platform as it is.
func (e Engine) newLive(ctx context.Context) (*live, error) {
	l := &live{changer: newChanger(e.Spec, e.Cluster, e.Ingress), engine: e}
	if _, err := UndoLeft(ctx, e.Spec, e.Cluster, e.Ingress); err != nil {
		return nil, err
	}
	if err := e.settle(ctx, l.timeouts); err != nil {
		return nil, fmt.Errorf("the platform is not healthy before the first mutant: %w", err)
	}
	var err error
	l.base, err = take(ctx, e.Cluster)
	return l, err
}

func (l *live) runChecks(ctx context.Context, m mutants.Mutant, ids []string) ([]session.Check, error) {
	return l.engine.runChecks(ctx, m, ids)
}

func (l *live) verifyRestored(ctx context.Context) error {
	if err := l.engine.settle(ctx, l.timeouts); err != nil {
		return err
	}
	now, err := take(ctx, l.engine.Cluster)
	if err != nil {
		return err
	}
	if different := l.base.differences(now); len(different) > 0 {
		return errors.New("the cluster is not as it was: " + strings.Join(different, "; "))
	}
	return nil
}

// emulated is the cloud without anything behind it.
type emulated struct {
	cloud *cloud.Cloud
	check CloudChecker
}

func (c *emulated) apply(_ context.Context, m mutants.Mutant) error {
	for i, step := range m.Apply {
		if err := c.cloud.Change(*step.Cloud); err != nil {
			return fmt.Errorf("apply[%d]: %w", i, err)
		}
	}
	return nil
}

func (c *emulated) runChecks(ctx context.Context, _ mutants.Mutant, ids []string) ([]session.Check, error) {
	return c.check(ctx, ids)
}

func (c *emulated) undo(context.Context) error           { return c.cloud.Undo() }
func (c *emulated) verifyRestored(context.Context) error { return c.cloud.VerifyRestored() }
