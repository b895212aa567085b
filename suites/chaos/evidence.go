package chaos

import (
	"fmt"
	"time"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/history"
)

// recordFault keeps by what a fault was seen, and how long the platform took to come
// back, beside what it may take.
func recordFault(entry history.Fault) {
	objective := p.Spec.Fault(entry.Name)
	over := entry.Recovery
	if over == 0 { // it was over when it had happened
		over = entry.Effective
	}
	seen := entry.Proof
	if seen == "" {
		seen = "nothing: " + entry.Error
	}
	expect.RecordEvidence(expect.Evidence{What: "effect of " + entry.Name, From: "probe", Seen: seen})
	expect.RecordEvidence(expect.Evidence{
		What: "request to effect", From: "clock of the run", Seen: between(entry.Requested, entry.Effective),
	})
	expect.RecordEvidence(expect.Evidence{
		What: "recovery, Kubernetes ready", From: "Kubernetes API", Expected: "at most " + objective.KubernetesReady.String(),
		Seen: between(over, entry.KubernetesReady),
	})
	expect.RecordEvidence(expect.Evidence{
		What: "recovery, events of every family flow", From: "kafka broker", Expected: "at most " + objective.EventsFlowing.String(),
		Seen: fmt.Sprintf("%s, of any family %s", between(over, entry.EventsFlowing), between(over, entry.FirstFlowing)),
	})
}

func between(from, to history.Nanos) string {
	if from == 0 || to == 0 {
		return "never"
	}
	return time.Duration(to - from).Round(10 * time.Millisecond).String()
}
