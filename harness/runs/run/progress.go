package run

import "time"

// ProgressEnv names the pipe that suites report their progress to, as one Progress in
// JSON a line. Unset, nobody asks.
const ProgressEnv = "ASSAY_PROGRESS"

// HoldEnv set to anything lets a suite report ProgressPaused at its first failed check
// and wait to be killed, before anything is cleaned up: who listens wants to look.
const HoldEnv = "ASSAY_HOLD"

// The kinds of Progress.
const (
	ProgressSuite   = "suite"   // a suite starts; Total is set
	ProgressStarted = "started" // a check starts
	ProgressEnded   = "ended"   // a check has ended; Result, Took and Message are set
	ProgressPaused  = "held"    // a failed check waits
	ProgressOver    = "over"    // no more will come
)

// Progress is one thing that a suite reports while it runs.
type Progress struct {
	Kind   string        `json:"kind"`
	Name   string        `json:"name,omitempty"`
	IDs    []string      `json:"ids,omitempty"`    // the requirements that the check claims
	Place  string        `json:"place,omitempty"`  // file:line of a failure
	Result string        `json:"result,omitempty"` // pass, fail, inconclusive, skipped
	Took   time.Duration `json:"took,omitempty"`
	Total  int           `json:"total,omitempty"` // checks that will run
	// Message is why a check did not pass, its start.
	Message string `json:"message,omitempty"`
	// Fault is the fault that is still in place while a check is held.
	Fault string `json:"fault,omitempty"`
}
