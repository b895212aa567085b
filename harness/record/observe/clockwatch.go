package observe

import (
	"context"
	"errors"
	"sync"
	"time"

	"assay.dev/assay/harness/history"
)

// ClockWatch records the wall clock beside the history's monotonic one, on the machine
// of the observers. Where both drift apart, the machine slept or its clock was set.
type ClockWatch struct {
	log     Log
	wall    func() time.Time
	start   history.Nanos
	stop    context.CancelFunc
	running sync.WaitGroup
	failed  error // of the history, the first
}

// clockPace is the time between two looks at the clocks, and clockNews the drift since
// the last recorded pair from which on a look is recorded at once; without news, every
// tenth look is.
const (
	clockPace  = time.Second
	clockNews  = 100 * time.Millisecond
	clockEvery = 10
)

// WatchClock records a pair of the clocks at once, and further ones until Stop.
func WatchClock(ctx context.Context, log Log) *ClockWatch {
	return watchClock(ctx, log, time.Now, clockPace)
}

func watchClock(ctx context.Context, log Log, wall func() time.Time, pace time.Duration) *ClockWatch {
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	c := &ClockWatch{log: log, wall: wall, start: log.Now(), stop: stop}
	last := c.note(history.ClockPair{}, true)
	c.running.Go(func() {
		again := time.NewTicker(pace)
		defer again.Stop()
		for n := 1; ; n++ {
			select {
			case <-watching.Done():
				return
			case <-again.C:
				last = c.note(last, n%clockEvery == 0)
			}
		}
	})
	return c
}

// pair reads both clocks. A reader that was kept from running between the two readings
// would show a drift that there is not: it reads again.
func (c *ClockWatch) pair() history.ClockPair {
	const tries = 10
	var p history.ClockPair
	best := history.Nanos(-1)
	for range tries {
		before := c.log.Now()
		wall := c.wall().UnixNano()
		took := c.log.Now() - before
		if best < 0 || took < best {
			p, best = history.ClockPair{Seen: before + took/2, Wall: wall}, took
		}
		if took < history.Nanos(time.Millisecond) {
			break
		}
	}
	return p
}

// note records a pair if it is asked to, or if the clocks drifted since the last one.
// It returns the pair that was recorded last.
func (c *ClockWatch) note(last history.ClockPair, always bool) history.ClockPair {
	p := c.pair()
	drift := time.Duration((p.Wall - last.Wall) - int64(p.Seen-last.Seen)).Abs()
	if !always && drift < clockNews {
		return last
	}
	if err := c.log.Write(p); err != nil && c.failed == nil {
		c.failed = err
	}
	return p
}

// Stop records a last pair and says how well the observer held out. The error is of
// the history.
func (c *ClockWatch) Stop() error {
	c.stop()
	c.running.Wait()
	c.note(history.ClockPair{}, true)
	seen := history.Observer{Name: "clock", Kinds: []history.Kind{history.Clocks}, Start: c.start, End: c.log.Now()}
	return errors.Join(c.failed, c.log.Write(seen))
}
