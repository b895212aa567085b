package lease

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	client "k8s.io/client-go/kubernetes/typed/coordination/v1"
)

// ErrLost ends the context of a run whose Lease somebody else has taken.
var ErrLost = errors.New("the run has lost its Lease of the platform")

// Lock is a Lease that this process holds.
type Lock struct {
	// Dead is the holder from whom the Lease was taken over, nil if it was free.
	Dead *Holder

	leases client.LeaseInterface
	ctx    context.Context
	lose   context.CancelCauseFunc
	ended  chan struct{} // the renewing has ended

	mu     sync.Mutex
	holder Holder
	lease  *coordinationv1.Lease // as it was written last
}

func hold(ctx context.Context, a acquisition, l *coordinationv1.Lease) *Lock {
	h := &Lock{Dead: a.dead, leases: a.leases, holder: a.holder, lease: l, ended: make(chan struct{})}
	h.ctx, h.lose = context.WithCancelCause(ctx)
	go h.renew()
	return h
}

// Context ends with ErrLost when somebody else takes the Lease, and with Release.
func (h *Lock) Context() context.Context { return h.ctx }

// SetRun lets the Lease name the run. An error says that it does not yet.
func (h *Lock) SetRun(id string) error {
	h.mu.Lock()
	h.holder.Run = id
	h.mu.Unlock()
	return h.once(h.ctx)
}

// renew writes the Lease until it is released or lost. A request that fails is tried
// again with the next one: a platform that is being broken may not answer for a while,
// and as long as nobody else has taken the Lease, it is still held.
func (h *Lock) renew() {
	defer close(h.ended)
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-tick.C:
			if err := h.once(h.ctx); errors.Is(err, ErrLost) {
				h.lose(err)
				return
			}
		}
	}
}

// once renews the Lease once. Where it was written by somebody else it is read again.
func (h *Lock) once(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	next := h.lease.DeepCopy()
	h.holder.write(next)
	written, err := update(ctx, h.leases, next)
	switch {
	case err == nil:
		h.lease = written
		return nil
	case apierrors.IsNotFound(err):
		return fmt.Errorf("%w: it was removed", ErrLost)
	case !apierrors.IsConflict(err):
		return err
	}
	now, err := get(ctx, h.leases)
	if err != nil {
		return err
	}
	if now == nil {
		return fmt.Errorf("%w: it was removed", ErrLost)
	}
	if holder := holderOf(now); holder == nil || holder.ID != h.holder.ID {
		return fmt.Errorf("%w to %s", ErrLost, holder)
	}
	h.lease = now // an answer was lost, or somebody added a label
	return nil
}

// Abandon ends the renewing and leaves the Lease to expire, so that the next run finds
// a dead holder, whose journals it undoes first.
func (h *Lock) Abandon() {
	h.lose(context.Canceled)
	<-h.ended
}

// Release ends the renewing and gives the Lease back, also when the run was
// interrupted. A Lease that was lost is somebody else's.
func (h *Lock) Release(ctx context.Context) error {
	h.Abandon()
	if errors.Is(context.Cause(h.ctx), ErrLost) {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	free := h.lease.DeepCopy()
	free.Spec.HolderIdentity, free.Annotations = nil, nil
	_, err := update(ctx, h.leases, free)
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return nil // somebody else's, or gone with the cluster
	}
	return err
}
