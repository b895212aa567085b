package controller

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Progress knows whether all that was seen of the cluster is live. Its zero
// value is not usable; see NewProgress.
type Progress struct {
	mu       sync.Mutex
	seen     uint64 // changes
	live     uint64 // changes that are in the live configuration
	applied  bool   // at least one configuration came live
	failure  error  // of the last step
	draining bool
	moved    chan struct{} // closed, and replaced, when any but seen changes
}

// NewProgress is at the start: nothing seen, nothing live.
func NewProgress() *Progress { return &Progress{moved: make(chan struct{})} }

// Changed is to be called for each change in the cluster.
func (p *Progress) Changed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen++
}

// Start starts a step that will take in all changes so far.
func (p *Progress) Start() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

// Done ends the step that Start started.
func (p *Progress) Done(step uint64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failure = err
	if err == nil {
		p.live, p.applied = step, true
	}
	p.move()
}

// Drain makes Ready fail for good.
func (p *Progress) Drain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draining = true
	p.move()
}

func (p *Progress) move() {
	close(p.moved)
	p.moved = make(chan struct{})
}

// Ready returns nil when the configuration is live that follows from all that
// was seen when it was called. It waits for changes that are just being put
// live, until the context ends; a cluster in which something always changes
// would else never be found ready. Other errors come at once.
func (p *Progress) Ready(ctx context.Context) error {
	asked := p.Start()
	for {
		pending, moved, err := p.state(asked)
		if !pending {
			return err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return err
		}
	}
}

func (p *Progress) state(asked uint64) (pending bool, moved <-chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.draining:
		err = errors.New("shutting down")
	case p.failure != nil:
		err = fmt.Errorf("the current configuration is not live: %w", p.failure)
	case !p.applied:
		err = errors.New("no configuration is live yet")
	case p.live < asked:
		pending, err = true, errors.New("changes are being put live")
	}
	return pending, p.moved, err
}

func (p *Progress) started() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.applied
}
