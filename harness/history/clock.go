package history

import "time"

// Clock tells the moments of a history. It counts from its base on the monotonic
// clock, so that a step of the wall clock moves nothing.
type Clock struct{ base time.Time }

// NewClock returns a clock whose Nanos 0 is now.
func NewClock() Clock { return Clock{base: time.Now()} }

// Base is the wall clock at Nanos 0, for Header.Base.
func (c Clock) Base() time.Time { return c.base.Round(0) }

// Now is the present moment.
func (c Clock) Now() Nanos { return c.At(time.Now()) }

// At is the moment t. A t of this process is placed by the monotonic clock; one
// that came from elsewhere (a record's timestamp, another process) by the wall
// clock.
func (c Clock) At(t time.Time) Nanos { return Nanos(t.Sub(c.base)) }

// Time is the wall clock at a moment of the history.
func (h Header) Time(n Nanos) time.Time { return h.Base.Add(time.Duration(n)) }

// At is the moment of the history at which the wall clock showed t.
func (h Header) At(t time.Time) Nanos { return Nanos(t.Sub(h.Base)) }
