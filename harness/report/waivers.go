package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// Waived is the result of a requirement that failed, was inconclusive or was skipped, and
// has a waiver in force. It is not counted as pass.
const Waived judge.Result = "waived"

// WaiverStatus is what a waiver does in a run.
type WaiverStatus string

// The statuses. A waiver in force makes its requirement waived. One that has expired, or
// whose requirement passes, makes the run red. One whose requirement was not selected or
// did not run is unused, whatever its day.
const (
	InForce   WaiverStatus = "in force"
	Expired   WaiverStatus = "expired"
	NotNeeded WaiverStatus = "not needed"
	Unused    WaiverStatus = "unused"
)

// Waiver is an entry of the run's file of waivers, and what became of it.
type Waiver struct {
	Requirement string       `json:"requirement"`
	Status      WaiverStatus `json:"status"`
	// Result is the result that the requirement has without the waiver.
	Result judge.Result `json:"result"`
	Reason string       `json:"reason"`
	Owner  string       `json:"owner"`
	// Expires is the last day on which it is valid, to its end in UTC, as 2006-01-02.
	Expires string `json:"expires"`
	Entry   string `json:"entry"` // file:line
}

// String says what is waived, until when, by whom and why.
func (w Waiver) String() string {
	return fmt.Sprintf("%s, waived until %s by %s: %s", w.Result, w.Expires, w.Owner, w.Reason)
}

// waive applies the waivers of a run that started at a moment: a run of long ago is judged
// by the day on which it ran.
func (r *Report) waive(waivers *spec.Waivers, at time.Time) {
	if waivers == nil {
		return
	}
	for _, entry := range waivers.Entries {
		i := slices.IndexFunc(r.Requirements, func(one Requirement) bool { return one.ID == entry.Requirement })
		if i < 0 { // the file was read for the same specification
			continue
		}
		one := &r.Requirements[i]
		w := Waiver{
			Requirement: entry.Requirement, Status: InForce, Result: one.Result, Reason: redact(oneLine(entry.Reason)), Owner: redact(oneLine(entry.Owner)),
			Expires: entry.Expires.String(), Entry: fmt.Sprintf("%s:%d", waivers.File, entry.Line),
		}
		switch {
		// A requirement of which a part passes may need its waiver for the other part.
		case !one.Asked || one.Result == judge.NotRun || one.Result == judge.Pass && one.partly:
			w.Status = Unused
		case entry.Expired(at):
			w.Status = Expired
		case one.Result == judge.Pass:
			w.Status = NotNeeded
		default:
			one.Result, one.Waiver = Waived, &w
		}
		r.Waivers = append(r.Waivers, w)
	}
}

// oneLine is a text without line breaks.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// found is the result without a waiver.
func (r *Requirement) found() judge.Result {
	if r.Waiver != nil {
		return r.Waiver.Result
	}
	return r.Result
}

// excusedSkip reports whether it was skipped and need not have run: nothing was judged,
// and nothing is missing.
func (r *Requirement) excusedSkip() bool {
	return r.SkipAccepted || r.Waiver != nil && r.found() == judge.Skipped
}

// invalidWaivers lists the waivers that make the run red: who signed has to decide again.
func (r *Report) invalidWaivers() []string {
	var reasons []string
	for _, w := range r.Waivers {
		passes := "the requirement passes"
		if w.Result != judge.Pass {
			passes = "the result is " + string(w.Result)
		}
		switch w.Status {
		case Expired:
			reasons = append(reasons, fmt.Sprintf("%s: the waiver of %s has expired on %s: %s; remove the entry, or renew it with a later day in expires (owner: %s)",
				w.Entry, w.Requirement, w.Expires, passes, w.Owner))
		case NotNeeded:
			reasons = append(reasons, fmt.Sprintf("%s: the waiver of %s is not needed: %s; remove the entry (owner: %s)", w.Entry, w.Requirement, passes, w.Owner))
		}
	}
	return reasons
}

// InForce are the waivers that make their requirements waived.
func (r *Report) InForce() []Waiver { return r.withStatus(InForce) }

func (r *Report) withStatus(status WaiverStatus) []Waiver {
	return slices.DeleteFunc(slices.Clone(r.Waivers), func(w Waiver) bool { return w.Status != status })
}

// Exceptions says how much of the verdict is due to waivers and accepted skips, empty if
// nothing is. No first line leaves it out: a green run that needed them is another one.
func (r *Report) Exceptions() string {
	var parts []string
	if n := len(r.InForce()); n > 0 {
		parts = append(parts, plural(n)+" waived")
	}
	var skips []string
	for _, skip := range r.AcceptedSkips {
		skips = append(skips, fmt.Sprintf("%s (%s)", skip.Capability, plural(skip.Requirements)))
	}
	if len(skips) > 0 {
		parts = append(parts, "accepted skips: "+strings.Join(skips, ", "))
	}
	return strings.Join(parts, "; ")
}

// plural counts requirements in words.
func plural(n int) string {
	if n == 1 {
		return "1 requirement"
	}
	return fmt.Sprintf("%d requirements", n)
}

// unusedWaivers lists the waivers that did nothing in this run, empty if none is.
func (r *Report) unusedWaivers() string {
	var list []string
	for _, w := range r.withStatus(Unused) {
		list = append(list, fmt.Sprintf("%s (%s)", w.Requirement, w.Entry))
	}
	if len(list) == 0 {
		return ""
	}
	return "waivers that this run does not use: " + strings.Join(list, ", ") + "; their requirements were not selected, or did not run as a whole"
}
