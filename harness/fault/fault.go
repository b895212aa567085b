package fault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// Fault is one way to break the platform. Its methods are called in the order in
// which they stand here; Recover and Residue may be called at any time after
// Prepare, also if Inject was not called or failed, and any number of times.
type Fault interface {
	// Name is the fault's name in spec/platform.yaml.
	Name() string
	// Available returns a *Missing if the target cannot do the fault.
	Available(ctx context.Context) error
	// Prepare chooses the targets, takes the probe's baseline and writes down how
	// to undo the fault.
	Prepare(ctx context.Context) error
	// Blast names what the fault may hurt, as namespace/name of pods, or
	// node/name for all pods of a node. It is known after Prepare.
	Blast() []string
	// Inject asks for the fault and does not wait for its effect.
	Inject(ctx context.Context) error
	// Proof waits until a probe sees the effect.
	Proof(ctx context.Context) (Proof, error)
	// Recover undoes the fault and waits until that is accepted.
	Recover(ctx context.Context) error
	// Residue lists what is left of the fault now.
	Residue(ctx context.Context) ([]string, error)
}

// Proof is the sight of a fault's effect.
type Proof struct {
	// At is when the effect was first seen, Text by what.
	At   time.Time
	Text string
}

// Missing says that the target lacks a capability. Faults that need it are
// skipped with the reason.
type Missing struct {
	Capability spec.Capability
	Reason     string
}

// Error implements error.
func (m *Missing) Error() string {
	return fmt.Sprintf("missing capability %s: %s", m.Capability, m.Reason)
}

// Lab is the platform that faults are injected into.
type Lab struct {
	Cluster *kube.Cluster
	Spec    *spec.Spec
	// Nodes pauses and stops nodes, nil where nobody can.
	Nodes Nodes
	// Ingress is where the ingress is reached from here.
	Ingress run.Endpoint
	// Unsupported is what the target cannot do, as Capabilities found out.
	Unsupported map[spec.Capability]string
	// Mechanisms says by what a capability is provided, where there is a choice.
	Mechanisms map[spec.Capability]string
}

// Unable returns a *Missing if the target lacks a capability.
func (l *Lab) Unable(capability spec.Capability) error {
	if reason, unsupported := l.Unsupported[capability]; unsupported {
		return &Missing{Capability: capability, Reason: reason}
	}
	return nil
}

// base is what all faults share: a name, and the journal's entry.
type base struct {
	lab   *Lab
	name  string
	needs []spec.Capability
	blast []string
	undos []Undo
	// planned says that the journal's entry is this fault's own.
	planned bool
}

func (b *base) Name() string    { return b.name }
func (b *base) Blast() []string { return b.blast }

// Available checks the capabilities of the fault, the specification's first.
func (b *base) Available(context.Context) error {
	for _, capability := range append([]spec.Capability{b.lab.Spec.Fault(b.name).Capability}, b.needs...) {
		if err := b.lab.Unable(capability); capability != "" && err != nil {
			return err
		}
	}
	return nil
}

// plan writes down how to undo the fault before it is injected.
func (b *base) plan(ctx context.Context, blast []string, undos ...Undo) error {
	if err := b.lab.remember(ctx, b.name, undos); err != nil {
		return err
	}
	b.blast, b.undos, b.planned = blast, undos, true
	return nil
}

// Recover undoes the fault in the order of the plan.
func (b *base) Recover(ctx context.Context) error {
	var failures []error
	for _, undo := range b.undos {
		if err := b.lab.undo(ctx, undo); err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", undo, err))
		}
	}
	return errors.Join(failures...)
}

// Residue looks for what each step of the plan should have undone. Once nothing
// is left, the journal forgets the fault.
func (b *base) Residue(ctx context.Context) ([]string, error) {
	left, err := b.lab.left(ctx, b.undos)
	if err != nil || len(left) > 0 || !b.planned {
		return left, err
	}
	return nil, b.lab.forget(ctx, b.name)
}

// inARow is how often a probe has to see an effect that could be passing.
const inARow = 3

// baseline waits until a look finds what a proof will find gone: a probe that does
// not see the healthy state proves nothing when it sees another one. Its bound is
// that for effects.
func (l *Lab) baseline(ctx context.Context, read func(context.Context) error) error {
	_, err := l.sees(ctx, 1, func(ctx context.Context) (string, error) { return "as it should be", read(ctx) })
	if err != nil {
		return fmt.Errorf("before the fault: %w", err)
	}
	return nil
}

// sees polls until look has returned a text, and no error, times times in a row;
// the proof's moment is the first of them. It is bounded by the timeout for
// effects; its error says what look saw last.
func (l *Lab) sees(ctx context.Context, times int, read func(context.Context) (string, error)) (Proof, error) {
	every, within := l.Spec.Timeouts.PollInterval.Duration, l.Spec.Timeouts.FaultEffect.Duration
	var proof Proof
	last := errors.New("nothing was evaluated")
	seen := 0
	if wait.PollUntilContextTimeout(ctx, every, within, true, func(ctx context.Context) (bool, error) {
		at := time.Now()
		text, err := read(ctx)
		if err == nil {
			last = errors.New("seen, but not often enough in a row")
			if seen++; seen == 1 {
				proof.At = at
			}
			proof.Text = text
			return seen >= times, nil
		}
		seen = 0
		// What ends with ctx, or for its sake, says nothing.
		if deadline, _ := ctx.Deadline(); time.Until(deadline) > every {
			last = err
		}
		return false, nil
	}) != nil {
		return Proof{}, fmt.Errorf("no effect seen within %s: %w", within, last)
	}
	return proof, nil
}
