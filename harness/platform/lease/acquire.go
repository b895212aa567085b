package lease

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	client "k8s.io/client-go/kubernetes/typed/coordination/v1"

	"assay.dev/assay/harness/process/refusal"
)

// Refuse is the error of a command that somebody else's Lease keeps from going on.
func Refuse(holder *Holder) error {
	return &refusal.Error{Reason: fmt.Sprintf("the platform is locked by %s: wait for it to end, or end it; nothing was changed", holder)}
}

// Acquire acquires the Lease for this process and renews it until Release. The error
// is a *refusal.Error that says who holds it, and since when. A holder that seems to be
// dead is waited for, for as long as its time goes on: out hears of it. command is
// what the user ran.
//
// The Lease of a dead holder is taken over; Held.Dead then is that holder, and what it
// left on the platform has to be undone before anything else.
func Acquire(ctx context.Context, clients kubernetes.Interface, command string, out io.Writer) (*Lock, error) {
	a := acquisition{leases: of(clients), holder: me(command), out: out}
	for {
		l, err := a.attempt(ctx)
		if err == nil {
			return hold(ctx, a, l), nil
		}
		// Somebody else wrote at the same moment: who holds it has to be read again.
		if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
}

type acquisition struct {
	leases client.LeaseInterface
	holder Holder
	out    io.Writer
	// dead is the holder before, if it never released the Lease.
	dead *Holder
}

// attempt acquires the Lease as it is now.
func (a *acquisition) attempt(ctx context.Context) (*coordinationv1.Lease, error) {
	l, err := get(ctx, a.leases)
	if err != nil {
		return nil, err
	}
	a.dead = nil
	if l == nil {
		l = &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: Name, Namespace: metav1.NamespaceSystem}}
		a.holder.Since = time.Now()
		a.holder.write(l)
		return request(ctx, "make the Lease", func(ctx context.Context) (*coordinationv1.Lease, error) {
			return a.leases.Create(ctx, l, metav1.CreateOptions{})
		})
	}
	if holder := holderOf(l); holder != nil {
		if l, err = a.outlive(ctx, l, *holder); err != nil {
			return nil, err
		}
		a.dead = holderOf(l) // nil if it was released meanwhile
	}
	transitions := int32(1)
	if l.Spec.LeaseTransitions != nil {
		transitions = *l.Spec.LeaseTransitions + 1
	}
	a.holder.Since = time.Now()
	a.holder.write(l)
	l.Spec.LeaseTransitions = &transitions
	return update(ctx, a.leases, l)
}

// outlive returns the Lease once its holder has not renewed it for as long as it
// holds. A holder that may live is refused at once, unless its time has ended by its
// own clock: clocks differ between machines, so it is watched for one more time.
func (a *acquisition) outlive(ctx context.Context, l *coordinationv1.Lease, holder Holder) (*coordinationv1.Lease, error) {
	left := time.Until(expires(l))
	switch dead := holder.dead(); {
	case left > Duration: // its clock is ahead of ours
		left = Duration
		if !dead {
			return nil, Refuse(&holder)
		}
	case left > 0 && !dead:
		return nil, Refuse(&holder)
	case left <= 0 && dead:
		return l, nil
	case left <= 0:
		left = Duration
	}
	fmt.Fprintf(a.out, "the platform was locked by %s, which seems to have ended: waiting %s for its Lease to expire\n", holder, left.Round(time.Second))
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-timer.C:
	}
	now, err := get(ctx, a.leases)
	if err != nil {
		return nil, err
	}
	if now == nil {
		return nil, apierrors.NewConflict(coordinationv1.Resource("leases"), Name, errors.New("it was removed"))
	}
	if renewed := holderOf(now); renewed != nil && now.ResourceVersion != l.ResourceVersion {
		return nil, Refuse(renewed)
	}
	return now, nil
}

// get returns the Lease, nil if there is none.
func get(ctx context.Context, leases client.LeaseInterface) (*coordinationv1.Lease, error) {
	l, err := request(ctx, "read the Lease", func(ctx context.Context) (*coordinationv1.Lease, error) {
		return leases.Get(ctx, Name, metav1.GetOptions{})
	})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return l, err
}

// update replaces the Lease unless it has changed since it was read.
func update(ctx context.Context, leases client.LeaseInterface, l *coordinationv1.Lease) (*coordinationv1.Lease, error) {
	return request(ctx, "write the Lease", func(ctx context.Context) (*coordinationv1.Lease, error) {
		return leases.Update(ctx, l, metav1.UpdateOptions{})
	})
}

func request(ctx context.Context, what string, ask func(context.Context) (*coordinationv1.Lease, error)) (*coordinationv1.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	l, err := ask(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s %s/%s: %w", what, metav1.NamespaceSystem, Name, err)
	}
	return l, nil
}
