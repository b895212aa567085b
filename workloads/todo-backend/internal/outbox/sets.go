package outbox

import (
	"sync"
	"time"
)

// idSet is a set of event ids for concurrent use.
type idSet struct {
	mu  sync.Mutex
	ids map[string]struct{}
}

func newIDSet() *idSet { return &idSet{ids: map[string]struct{}{}} }

func (s *idSet) add(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids[id] = struct{}{}
}

func (s *idSet) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.ids[id]
	return ok
}

func (s *idSet) remove(ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.ids, id)
	}
}

// wakes is a queue of shards that have work, each at most once.
type wakes struct {
	mu     sync.Mutex
	queued [Shards]bool
	queue  chan int
}

func newWakes() *wakes { return &wakes{queue: make(chan int, Shards)} }

// wake queues the shard unless it waits already; it never blocks.
func (w *wakes) wake(shard int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.queued[shard] {
		w.queued[shard] = true
		w.queue <- shard
	}
}

// taken must be called for each shard read from queue, before its work starts,
// so that a wake during the work queues it once more.
func (w *wakes) taken(shard int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queued[shard] = false
}

// sightings are the times at which this process first saw what holders of shards wrote. When
// they wrote it is a time of another clock, which may be ahead of this one's; the time for
// which this process has seen it is not.
type sightings struct {
	mu    sync.Mutex
	first map[string]time.Time
}

func newSightings() *sightings { return &sightings{first: map[string]time.Time{}} }

// since returns when something was first seen, which is now for what is new.
func (s *sightings) since(renewal string, now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, known := s.first[renewal]
	if !known {
		s.first[renewal] = now
		return now
	}
	return at
}

// retain forgets all but what still stands.
func (s *sightings) retain(still map[string]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for renewal := range s.first {
		if !still[renewal] {
			delete(s.first, renewal)
		}
	}
}
