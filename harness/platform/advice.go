package platform

import (
	"errors"
	"fmt"
)

// advised is an error with what the user can do about it.
type advised struct {
	cause error
	// problem is the text of the cause, without advice that it may have.
	problem string
	// advice has a command in backticks, and what it does where that is not plain.
	advice string
}

// Error is the problem, then the advice.
func (a *advised) Error() string { return a.problem + ": " + a.advice }

// Unwrap returns the cause.
func (a *advised) Unwrap() error { return a.cause }

// advise adds to an error what can be done about it.
func advise(cause error, format string, args ...any) error {
	return &advised{cause: cause, problem: cause.Error(), advice: fmt.Sprintf(format, args...)}
}

// found is a finding of a check that returned err.
func found(err error, good string) Finding {
	var a *advised
	switch {
	case err == nil:
		return Finding{OK: true, Text: good}
	case errors.As(err, &a):
		return Finding{Text: a.problem, Fix: a.advice}
	}
	return Finding{Text: err.Error()}
}
