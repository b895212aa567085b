package report

import (
	"encoding/json"
	"strings"

	"github.com/onsi/ginkgo/v2/types"
)

// evidenceName is the name of Ginkgo's report entries that hold evidence, as
// harness/expect writes them.
const evidenceName = "evidence"

// diagnosticsName is what evidence is about that only says where diagnostics are.
const diagnosticsName = "diagnostics"

// outputLimit is how much of what a failed check wrote is kept, in bytes: the
// end, where the failure is.
const outputLimit = 4 << 10

// evidenceLimit is how much of one value is kept, in bytes. A page that was
// fetched or an object that was read is in the diagnostics.
const evidenceLimit = 2 << 10

// check turns Ginkgo's report of a check into one of ours, without secrets.
func checkOf(s types.SpecReport, dryRun bool) Check {
	became, reason := result(s, dryRun)
	c := Check{
		Name: nameOf(s), Place: place(s.LeafNodeLocation), Result: became,
		Seconds: seconds(s.RunTime), Attempts: s.NumAttempts, Evidence: evidence(s),
		Failure: redact(reason),
	}
	if !s.Failed() {
		return c
	}
	c.At = place(s.Failure.Location)
	for _, more := range s.AdditionalFailures {
		c.Failure += "\n\nthen, at " + place(more.Failure.Location) + ": " + redact(more.Failure.Message)
	}
	c.Output = redact(strings.TrimSpace(s.CapturedGinkgoWriterOutput))
	if len(c.Output) > outputLimit {
		c.Output = "…" + strings.ToValidUTF8(c.Output[len(c.Output)-outputLimit:], "")
	}
	return c
}

// evidence reads the evidence that was kept with the check. An entry that is no
// evidence is shown as it is: it must not get lost.
func evidence(s types.SpecReport) []Evidence {
	var all []Evidence
	for _, entry := range s.ReportEntries {
		if entry.Name != evidenceName {
			continue
		}
		var e Evidence
		if err := json.Unmarshal([]byte(entry.Value.AsJSON), &e); err != nil {
			e = Evidence{What: "evidence that cannot be read", From: err.Error(), Seen: entry.Value.AsJSON}
		}
		if e.What == diagnosticsName {
			continue // where they are is shown as a link
		}
		for _, text := range []*string{&e.What, &e.From, &e.Expected, &e.Seen} {
			*text = redact(*text)
			if len(*text) > evidenceLimit {
				*text = strings.ToValidUTF8((*text)[:evidenceLimit], "") + "…"
			}
		}
		all = append(all, e)
	}
	return all
}

// reason sums a failure up in a line: what it is about, what was expected and
// what was seen, as harness/expect writes them.
func reason(failure string) string {
	first, rest, _ := strings.Cut(strings.TrimSpace(failure), "\n")
	parts := []string{first}
	for line := range strings.Lines(rest) {
		line = strings.TrimSpace(line)
		if name, value, _ := strings.Cut(line, ":"); name == "expected" || name == "seen" {
			parts = append(parts, name+" "+strings.TrimSpace(value))
		}
		if len(parts) == 3 {
			break
		}
	}
	return firstLine(strings.Join(parts, ", "))
}
