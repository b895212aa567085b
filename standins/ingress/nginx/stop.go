package nginx

import (
	"context"
	"time"
)

// fastStopTimeout bounds a stop that does not wait for clients.
const fastStopTimeout = 3 * time.Second

// Stop ends NGINX. Requests under way may finish until the context ends; new
// connections are refused from the start.
func (s *Server) Stop(ctx context.Context) error {
	m := s.running()
	if m == nil {
		return nil
	}
	return m.end(ctx)
}

// Err is how NGINX ended, once Exited is closed.
func (s *Server) Err() error {
	m := s.running()
	if m == nil {
		return nil
	}
	select {
	case <-m.ended:
		return m.err
	default:
		return nil
	}
}
