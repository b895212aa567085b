package observe

import (
	"sync/atomic"
	"testing"
	"time"
)

// TestTheClockWatchSeesAStep sets the wall clock ahead while the monotonic one goes on:
// the pair after it is recorded at once.
func TestTheClockWatchSeesAStep(t *testing.T) {
	t.Parallel()
	log := newMemory()
	var step atomic.Int64
	wall := func() time.Time { return time.Now().Add(time.Duration(step.Load())) }
	c := watchClock(t.Context(), log, wall, always)
	step.Store(int64(2 * time.Hour))
	stepped := func() bool {
		log.mu.Lock()
		defer log.mu.Unlock()
		first, last := log.seen.Clocks[0], log.seen.Clocks[len(log.seen.Clocks)-1]
		ahead := time.Duration((last.Wall - first.Wall) - int64(last.Seen-first.Seen))
		return (ahead - 2*time.Hour).Abs() < time.Second
	}
	again := time.NewTicker(always)
	defer again.Stop()
	for deadline := time.After(soon); !stepped(); {
		select {
		case <-deadline:
			t.Fatalf("the step is not in %+v", log.seen.Clocks)
		case <-again.C:
		}
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if len(log.seen.Observers) != 1 || log.seen.Observers[0].Lost != "" {
		t.Errorf("%+v", log.seen.Observers)
	}
}
