// Package refusal holds the error of what is not done on purpose. It imports nothing, so
// that every package can refuse.
package refusal

import "fmt"

// Error is the error of a command that did nothing, because of what it was asked or
// because of what it found: a filter that cannot be read, a cluster that is not ours, a
// lock that another process holds. The command exits with 4. As a sentinel it is wrapped
// by errors that say more.
type Error struct {
	Reason string
	Err    error // what it follows from, if anything
}

// New returns a refusal with a formatted reason.
func New(format string, args ...any) error {
	return &Error{Reason: fmt.Sprintf(format, args...)}
}

// Error implements error.
func (r *Error) Error() string {
	if r.Err != nil {
		return r.Reason + ": " + r.Err.Error()
	}
	return r.Reason
}

// Unwrap returns what the refusal follows from.
func (r *Error) Unwrap() error { return r.Err }
