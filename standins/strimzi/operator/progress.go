package operator

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// progress is how far a reconciliation came.
type progress struct {
	// waitingFor is empty when the stage, or all, is done. While it stays the
	// same, the wait counts as one.
	waitingFor string
	// detail explains the wait and may change from one look to the next.
	detail string
	// recheck is set when no watch tells that the wait is over.
	recheck time.Duration
	// clusterID is what the brokers said once all is done.
	clusterID string
}

// stalls remembers since when each resource waits for the same thing. It is
// only in memory: after a restart of the operator the wait starts again.
type stalls struct {
	mu    sync.Mutex
	since map[types.NamespacedName]stall
}

type stall struct {
	generation int64
	what       string
	start      time.Time
}

// waited notes that the resource waits for something and returns since when.
func (s *stalls) waited(resource types.NamespacedName, generation int64, what string, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	current := s.since[resource]
	if current.what != what || current.generation != generation {
		current = stall{generation: generation, what: what, start: now}
		if s.since == nil {
			s.since = map[types.NamespacedName]stall{}
		}
		s.since[resource] = current
	}
	return now.Sub(current.start)
}

// end forgets the wait of a resource.
func (s *stalls) end(resource types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.since, resource)
}
