package expect

import (
	"github.com/onsi/ginkgo/v2"

	"assay.dev/assay/spec"
)

// EvidenceName is the name of Ginkgo's report entries that hold evidence.
const EvidenceName = "evidence"

// Evidence is something that a check saw, as the report shows it.
type Evidence struct {
	// What was looked at, and From where: "kafka broker", "sidecar of
	// todo-backend", "Kubernetes API".
	What string `json:"what"`
	From string `json:"from"`
	// Object names the Kubernetes object that was looked at, if there is one:
	// "Deployment todo-app/todo-backend".
	Object string `json:"object,omitempty"`
	// Expected is what the specification wants, empty where there is no single
	// value; Seen is what was there.
	Expected string `json:"expected,omitempty"`
	Seen     string `json:"seen"`
}

// String is how Ginkgo prints it.
func (e Evidence) String() string {
	text := e.What + ": " + e.Seen
	if e.Expected != "" && e.Expected != e.Seen {
		text += " (expected " + e.Expected + ")"
	}
	return text + ", from " + e.From
}

// RecordEvidence saves evidence with the running check. Secrets must not be passed to it.
func RecordEvidence(e Evidence) {
	ginkgo.AddReportEntry(EvidenceName, ginkgo.ReportEntryVisibilityFailureOrVerbose, e)
}

// RequireCapability skips the running check, by name and reason, where the target lacks a
// capability. An empty capability is one that every target has.
func (p *Platform) RequireCapability(capability spec.Capability) {
	ginkgo.GinkgoHelper()
	if reason, unsupported := p.Run.Unsupported[capability]; unsupported && capability != "" {
		ginkgo.Skip("missing capability " + string(capability) + ": " + reason)
	}
}
