// Package daprtest fakes a Dapr sidecar in memory: a state store with the
// ETag rules of Dapr's transactions, a publisher that records, and an invoker
// that calls an http.Handler. Failures are scripted with Fail.
package daprtest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"

	"assay.dev/assay/workloads/internal/dapr"
)

// Faults scripts failures of a fake.
type Faults struct {
	mu   sync.Mutex
	next []error
	all  error
}

// Fail lets the next calls return these errors, one each; nil means success.
func (f *Faults) Fail(errs ...error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next = append(f.next, errs...)
}

// FailAll lets every call return err until FailAll(nil).
func (f *Faults) FailAll(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = err
}

func (f *Faults) take() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.next) > 0 {
		err := f.next[0]
		f.next = f.next[1:]
		return err
	}
	return f.all
}

// State is an in-memory dapr.State. Faults hit Transact; GetFaults hit Get.
type State struct {
	Faults
	GetFaults Faults
	// AfterCommit, when set, turns the answer to a transaction that was
	// applied into its error: the outcome is lost, the writes are not.
	AfterCommit func() error

	mu      sync.Mutex
	version int
	items   map[string]dapr.Item
}

// NewState makes an empty store.
func NewState() *State { return &State{items: map[string]dapr.Item{}} }

// Get implements dapr.State.
func (s *State) Get(ctx context.Context, keys ...string) (map[string]dapr.Item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.GetFaults.take(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := make(map[string]dapr.Item, len(keys))
	for _, key := range keys {
		found[key] = s.items[key]
	}
	return found, nil
}

// Transact implements dapr.State.
func (s *State) Transact(ctx context.Context, ops ...dapr.Op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.take(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, op := range ops {
		if s.items[op.Key].ETag != op.ETag {
			return fmt.Errorf("%w: %s", dapr.ErrConflict, op.Key)
		}
	}
	for _, op := range ops {
		if op.Value == nil {
			delete(s.items, op.Key)
			continue
		}
		s.version++
		s.items[op.Key] = dapr.Item{Value: bytes.Clone(op.Value), ETag: strconv.Itoa(s.version)}
	}
	if s.AfterCommit != nil {
		return s.AfterCommit()
	}
	return nil
}

// Keys returns how many keys exist.
func (s *State) Keys() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.items)
}

// Publisher records messages in the order of their acknowledgement.
type Publisher struct {
	Faults
	mu       sync.Mutex
	messages []dapr.Message
	notify   chan struct{}
}

// NewPublisher makes an empty publisher.
func NewPublisher() *Publisher { return &Publisher{notify: make(chan struct{}, 1)} }

// Publish implements dapr.Publisher.
func (p *Publisher) Publish(ctx context.Context, m dapr.Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := p.take(); err != nil {
		return err
	}
	p.mu.Lock()
	p.messages = append(p.messages, m)
	p.mu.Unlock()
	select {
	case p.notify <- struct{}{}:
	default:
	}
	return nil
}

// Messages returns what was published so far.
func (p *Publisher) Messages() []dapr.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]dapr.Message(nil), p.messages...)
}

// Wait returns the messages once there are at least n, or an error when ctx
// ends first.
func (p *Publisher) Wait(ctx context.Context, n int) ([]dapr.Message, error) {
	for {
		if got := p.Messages(); len(got) >= n {
			return got, nil
		}
		select {
		case <-p.notify:
		case <-ctx.Done():
			return p.Messages(), fmt.Errorf("saw %d of %d messages: %w", len(p.Messages()), n, ctx.Err())
		}
	}
}

// Invoker calls Handler for every request and records them.
type Invoker struct {
	Faults
	Handler  http.Handler
	mu       sync.Mutex
	requests []dapr.Request
}

// Invoke implements dapr.Invoker.
func (i *Invoker) Invoke(ctx context.Context, r dapr.Request) (*dapr.Response, error) {
	if err := i.take(); err != nil {
		return nil, err
	}
	i.mu.Lock()
	i.requests = append(i.requests, r)
	i.mu.Unlock()
	req := httptest.NewRequestWithContext(ctx, r.Method, r.Path, bytes.NewReader(r.Body))
	if r.Header != nil {
		req.Header = r.Header.Clone()
	}
	rec := httptest.NewRecorder()
	i.Handler.ServeHTTP(rec, req)
	return &dapr.Response{Status: rec.Code, Header: rec.Header(), Body: rec.Body.Bytes()}, nil
}

// Requests returns what was invoked so far.
func (i *Invoker) Requests() []dapr.Request {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]dapr.Request(nil), i.requests...)
}
