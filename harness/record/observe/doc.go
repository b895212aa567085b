// Package observe holds the recording clients: what they see goes into a history
// before anybody judges it. Each says at its end, in an Observer entry, how well
// it held out: the times in which it may have missed something that it could not
// catch up on, and why it ended early, if it did. Whoever judges decides what
// that is worth.
package observe

import (
	"fmt"

	"assay.dev/assay/harness/history"
)

// Log takes what is seen and tells the time of the history. A *Journal is one.
// Both methods may be called by several goroutines at once.
type Log interface {
	// Now is this moment on the history's clock.
	Now() history.Nanos
	// Write keeps one entry.
	Write(entry history.Entry) error
}

// Journal is a history that is being written, with its clock. It has to be
// closed: a history that was not counts as truncated.
type Journal struct {
	*history.Writer
	history.Clock
}

// Start makes the history of one experiment of a run in dir, which must not hold
// one yet. Its time starts now.
func Start(dir, run, experiment string, seed int64) (*Journal, error) {
	clock := history.NewClock()
	writer, err := history.Create(dir, history.Header{Run: run, Experiment: experiment, Base: clock.Base(), Seed: seed})
	if err != nil {
		return nil, fmt.Errorf("start the history of %s: %w", experiment, err)
	}
	return &Journal{Writer: writer, Clock: clock}, nil
}
