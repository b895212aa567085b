package ocisim

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Call is one request and its answer. Bodies and headers are not kept: they
// carry passwords and signatures.
type Call struct {
	Time     time.Time     `json:"time"`
	Method   string        `json:"method"`
	Path     string        `json:"path"`
	Query    string        `json:"query,omitempty"`
	Status   int           `json:"status"`
	Duration time.Duration `json:"duration"`
}

func (c Call) String() string { return fmt.Sprintf("%s %s %d", c.Method, c.Path, c.Status) }

// Writes reports whether the call asks for a change.
func (c Call) Writes() bool {
	return c.Method != http.MethodGet && c.Method != http.MethodHead
}

// Calls returns the log since the start or the last ResetCalls, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// ResetCalls empties the log.
func (s *Server) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := s.opts.Now()
		s.arrived()
		if id := r.Header.Get("Opc-Request-Id"); id != "" {
			w.Header().Set("Opc-Request-Id", id)
		}
		recorder := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		// Also a call whose connection a fault ends has arrived.
		defer func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.calls = append(s.calls, Call{
				Time: started, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
				Status: recorder.status, Duration: s.opts.Now().Sub(started),
			})
		}()
		next.ServeHTTP(recorder, r)
	})
}
