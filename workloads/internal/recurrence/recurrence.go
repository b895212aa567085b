// Package recurrence reads a task's recurrence pattern and finds the next
// occurrence.
//
// The specification types recurrence_pattern as a string and says no more. The
// services accept the words daily, weekly, monthly and yearly, and the part of
// RFC 5545 recurrence rules that they abbreviate: FREQ with an optional
// INTERVAL, as in "FREQ=WEEKLY;INTERVAL=2".
package recurrence

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// maxInterval bounds INTERVAL; a longer one is a slip of the pen.
const maxInterval = 999

// ErrPattern says that a pattern is none that this package reads.
var ErrPattern = errors.New(`recurrence pattern must be daily, weekly, monthly, yearly or FREQ=DAILY|WEEKLY|MONTHLY|YEARLY with an optional ;INTERVAL=1..999`)

// Rule is a parsed pattern: every so many days or months.
type Rule struct{ days, months int }

// Parse reads a pattern. The error is ErrPattern.
func Parse(pattern string) (Rule, error) {
	frequency, interval, err := split(pattern)
	if err != nil {
		return Rule{}, err
	}
	switch frequency {
	case "DAILY":
		return Rule{days: interval}, nil
	case "WEEKLY":
		return Rule{days: 7 * interval}, nil
	case "MONTHLY":
		return Rule{months: interval}, nil
	case "YEARLY":
		return Rule{months: 12 * interval}, nil
	}
	return Rule{}, ErrPattern
}

// split separates a pattern into an upper-case frequency and an interval.
func split(pattern string) (string, int, error) {
	upper := strings.ToUpper(pattern)
	if !strings.Contains(upper, "=") {
		return upper, 1, nil
	}
	frequency, interval := "", 1
	for part := range strings.SplitSeq(upper, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch {
		case name == "FREQ" && frequency == "":
			frequency = value
		case name == "INTERVAL":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > maxInterval {
				return "", 0, ErrPattern
			}
			interval = n
		default:
			return "", 0, ErrPattern
		}
	}
	return frequency, interval, nil
}

// Next returns the first occurrence after the given instant, counted from
// start in start's own steps: completing a daily task ten days late yields one
// new task for tomorrow, not ten overdue ones.
func (r Rule) Next(start, after time.Time) time.Time {
	n := 1
	if gap := after.Sub(start); gap > 0 {
		// Jump close to the answer, so that an old start costs no long loop.
		n = max(1, int(gap.Hours()/24)/r.longestStepDays())
	}
	for {
		next := r.step(start, n)
		if next.After(after) {
			return next
		}
		n++
	}
}

// longestStepDays is an upper bound of one step in days.
func (r Rule) longestStepDays() int { return r.days + 31*r.months }

// step returns start plus n steps. A month that is too short for the day takes
// its last day: a monthly task of the 31st must not vanish in February.
func (r Rule) step(start time.Time, n int) time.Time {
	if r.days > 0 {
		return start.AddDate(0, 0, n*r.days)
	}
	first := time.Date(start.Year(), start.Month()+time.Month(n*r.months), 1,
		start.Hour(), start.Minute(), start.Second(), start.Nanosecond(), start.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(start.Day(), last)-1)
}
