package ocisim

import (
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// Fault fails calls on demand. Method and Path choose the calls, the other
// fields say what happens to them.
type Fault struct {
	// Method chooses calls of one HTTP method. Empty: all.
	Method string
	// Path chooses calls whose path matches, query excluded. Nil: all.
	Path *regexp.Regexp
	// Skip lets that many matching calls pass first.
	Skip int
	// Times is how many calls fail after that. Zero: all until removed.
	Times int

	// Latency is waited before the call goes on. It ends early when the client leaves.
	Latency time.Duration
	// Status answers the call with an error instead of serving it. Zero: serve it.
	Status int
	// Code and Message fill the error.
	Code, Message string
	// RetryAfter is the Retry-After header of the answer, in full seconds. Zero: none.
	RetryAfter time.Duration
	// Reset ends the connection instead of answering. With Serve the call is carried
	// out before.
	Reset, Serve bool
	// FailWork lets the call through and makes the work request that it starts
	// end as FAILED with this message.
	FailWork string
}

// The errors that users of Always Free accounts meet most.
var (
	// TooManyRequests is the service's rate limit.
	TooManyRequests = Fault{Status: http.StatusTooManyRequests, Code: "TooManyRequests", Message: "Too many requests for the user."}
	// OutOfHostCapacity is the answer when a region has no free A1 hosts left.
	OutOfHostCapacity = Fault{Status: http.StatusInternalServerError, Code: "InternalError", Message: "Out of host capacity."}
	// Conflicting is the answer while another change of the resource is going on.
	Conflicting = Fault{Status: http.StatusConflict, Code: "Conflict", Message: "Another operation is in progress on the resource."}
)

// On returns the fault for calls of one method and path.
func (f Fault) On(method, path string) Fault {
	f.Method, f.Path = method, regexp.MustCompile(path)
	return f
}

// First returns the fault for that many calls only.
func (f Fault) First(times int) Fault {
	f.Times = times
	return f
}

type activeFault struct {
	Fault
	seen int
}

// Inject adds a fault and returns what removes it. Of several that match a call
// the one added first acts.
func (s *Server) Inject(f Fault) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	active := &activeFault{Fault: f}
	s.faults = append(s.faults, active)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for i, other := range s.faults {
			if other == active {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
				return
			}
		}
	}
}

// ClearFaults removes every fault.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// strike counts the call against the first fault that acts on it.
func (s *Server) strike(r *http.Request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Method != "" && f.Method != r.Method || f.Path != nil && !f.Path.MatchString(r.URL.Path) {
			continue
		}
		if f.Times > 0 && f.seen >= f.Skip+f.Times {
			continue
		}
		f.seen++
		if f.seen > f.Skip {
			return &f.Fault
		}
	}
	return nil
}

func (s *Server) faulted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := s.strike(r)
		if f == nil {
			next.ServeHTTP(w, r)
			return
		}
		if f.Latency > 0 {
			timer := time.NewTimer(f.Latency)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-r.Context().Done():
				return
			}
		}
		if f.Reset {
			if f.Serve {
				next.ServeHTTP(discard{http.Header{}}, r)
			}
			panic(http.ErrAbortHandler) // the way of net/http to end a connection
		}
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
		}
		if f.Status != 0 {
			writeError(w, &apiError{f.Status, f.Code, f.Message})
			return
		}
		next.ServeHTTP(w, r.WithContext(withFailedWork(r.Context(), f.FailWork)))
	})
}

// discard takes an answer that nobody gets.
type discard struct{ header http.Header }

func (d discard) Header() http.Header             { return d.header }
func (discard) Write(content []byte) (int, error) { return len(content), nil }
func (discard) WriteHeader(int)                   {}
