package report

import (
	"encoding/json"
	"strings"
)

// evidenceName is the name of Ginkgo's report entries that hold evidence, as
// harness/expect writes them.
const evidenceName = "evidence"

// outputLimit is how much of what a failed check wrote is kept, in bytes: the
// end, where the failure is.
const outputLimit = 4 << 10

// check turns Ginkgo's report of a check into one of ours, without secrets.
func (s ginkgoSpec) check(dryRun bool) Check {
	result, reason := s.result(dryRun)
	c := Check{
		Name: s.name(), Place: s.LeafNodeLocation.String(), Result: result,
		Seconds: seconds(s.RunTime), Attempts: s.NumAttempts, Evidence: s.evidence(),
		Failure: redact(reason),
	}
	if !s.failed() {
		return c
	}
	c.At = s.Failure.Location.String()
	for _, more := range s.AdditionalFailures {
		c.Failure += "\n\nthen, at " + more.Failure.Location.String() + ": " + redact(more.Failure.Message)
	}
	output := redact(strings.TrimSpace(s.CapturedGinkgoWriterOutput))
	if len(output) > outputLimit {
		output = "…" + strings.ToValidUTF8(output[len(output)-outputLimit:], "")
	}
	c.Output = output
	return c
}

// evidence reads the evidence that was kept with the check. An entry that is no
// evidence is shown as it is: it must not get lost.
func (s ginkgoSpec) evidence() []Evidence {
	var all []Evidence
	for _, entry := range s.ReportEntries {
		if entry.Name != evidenceName {
			continue
		}
		var e Evidence
		if err := json.Unmarshal([]byte(entry.Value.AsJSON), &e); err != nil {
			e = Evidence{What: "evidence that cannot be read", From: err.Error(), Seen: entry.Value.AsJSON}
		}
		e.What, e.From, e.Expected, e.Seen = redact(e.What), redact(e.From), redact(e.Expected), redact(e.Seen)
		all = append(all, e)
	}
	return all
}
