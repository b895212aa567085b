package controller

import (
	"errors"
	"fmt"
	"sync"
)

// Progress knows whether all that was seen of the cluster is live.
type Progress struct {
	mu       sync.Mutex
	seen     uint64 // changes
	live     uint64 // changes that are in the live configuration
	applied  bool   // at least one configuration came live
	failure  error  // of the last step
	draining bool
}

// Changed is to be called for each change in the cluster.
func (p *Progress) Changed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen++
}

// Begin starts a step that will take in all changes so far.
func (p *Progress) Begin() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

// Done ends the step that Begin started.
func (p *Progress) Done(step uint64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failure = err
	if err == nil {
		p.live, p.applied = step, true
	}
}

// Drain makes Ready fail for good.
func (p *Progress) Drain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draining = true
}

// Ready returns nil when the configuration that follows from all that was seen
// is live, else what is missing.
func (p *Progress) Ready() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.draining:
		return errors.New("shutting down")
	case p.failure != nil:
		return fmt.Errorf("the current configuration is not live: %w", p.failure)
	case !p.applied:
		return errors.New("no configuration is live yet")
	case p.live != p.seen:
		return errors.New("changes are being put live")
	default:
		return nil
	}
}
