package main

import (
	"errors"
	"fmt"
	"slices"

	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/harness/report"
)

// The exit codes of every command.
const (
	exitGreen        = 0 // or done, for a command that judges nothing
	exitError        = 1
	exitRed          = 2
	exitInconclusive = 3 // or a selected MUST was skipped or not run
	exitRefused      = 4 // nothing was done
)

// errRed is a run that ended and is red, errInconclusive one that cannot be told: why
// has been printed.
var (
	errRed          = errors.New("the run is red")
	errInconclusive = errors.New("the run is inconclusive")
)

// verdictError is the error of a run that is not green.
func verdictError(r *report.Report) error {
	switch r.ExitCode() {
	case exitGreen:
		return nil
	case exitRed:
		return errRed
	}
	return errInconclusive
}

// judged reports whether an error is a verdict alone.
func judged(err error) bool { return errors.Is(err, errRed) || errors.Is(err, errInconclusive) }

// refuse is the error of a command that does nothing because of what it was given.
func refuse(format string, args ...any) error {
	return &refusal.Error{Reason: fmt.Sprintf(format, args...)}
}

// exitCode is the exit code for an error: of several the most severe, an error before
// a verdict.
func exitCode(err error) int {
	var refused *refusal.Error
	switch {
	case err == nil:
		return exitGreen
	case errors.As(err, &refused):
		return exitRefused
	case onlyVerdicts(err, errRed):
		return exitRed
	case onlyVerdicts(err, errInconclusive):
		return exitInconclusive
	}
	return exitError
}

// onlyVerdicts reports whether an error is a verdict and, where it joins several, has
// the verdict among nothing but verdicts.
func onlyVerdicts(err, verdict error) bool {
	return allOf(err, judged) && errors.Is(err, verdict)
}

// allOf reports whether each of the errors that an error joins holds, however deep they
// are wrapped; of an error that joins none, whether it holds itself. nil does not hold.
func allOf(err error, holds func(error) bool) bool {
	if err == nil {
		return false
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return !slices.ContainsFunc(joined.Unwrap(), func(one error) bool { return !allOf(one, holds) })
	}
	if inner := errors.Unwrap(err); inner != nil {
		return allOf(inner, holds)
	}
	return holds(err)
}
