// Package shop_test holds the second specification against what every one has to be.
package shop_test

import (
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/audit"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo"
	"assay.dev/assay/spec/todo/todotest"
)

func open(t *testing.T) *spec.Spec {
	t.Helper()
	s, err := source.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestItsFilesAgree(t *testing.T) {
	disagreements, err := open(t).Disagreements()
	if err != nil || len(disagreements) > 0 {
		t.Error(err, strings.Join(disagreements, "\n"))
	}
}

// common are names that the reference has, too: of products, and of what stands for
// something that every platform has.
var common = []string{
	"dapr-operator", "dapr-placement", "dapr-placement-server", "dapr-scheduler", "dapr-scheduler-server", "dapr-sentry",
	"dapr-sidecar-injector", "metrics-server", "chaos-daemon", "chaos-controller-manager", "strimzi-cluster-operator",
	"ingress-controller", "data.task_id", "data.action",
}

// TestItIsAnotherPlatform finds no name of the reference in it but those of products, and
// the members of what the six services write.
func TestItIsAnotherPlatform(t *testing.T) {
	s := open(t)
	here := todotest.Names(s)
	for _, name := range todotest.Names(todo.Must()) {
		if slices.Contains(here, name) != slices.Contains(common, name) {
			t.Errorf("%s is a name of both, or no longer one", name)
		}
	}
	for _, r := range s.Requirements {
		for _, name := range []string{"todo", "task.", "task-e", "reminders", "recurring", "notification-worker"} {
			if strings.Contains(r.ID+" "+r.Sentence, name) {
				t.Errorf("%s: %s", r.ID, r.Sentence)
			}
		}
	}
}

// TestWhatIsDeployedFits: the audit finds contradictions of such a platform, and nothing
// that keeps it from being deployed.
func TestWhatIsDeployedFits(t *testing.T) {
	s := open(t)
	in, err := audit.Of(s)
	if err != nil {
		t.Fatal(err)
	}
	findings, err := audit.Audit(in)
	if err != nil {
		t.Fatal(err)
	}
	contradicts := 0
	proven := map[string]bool{"AUD-040": true, "AUD-041": true, "AUD-042": true}
	for _, f := range findings {
		if proven[f.ID] && f.Verdict != audit.Proven {
			t.Errorf("%s: %s is %s: the document's sections are not found", f.ID, f.Title, f.Verdict)
		}
		if f.Verdict == audit.Proven && f.Class == audit.Deployment {
			t.Errorf("%s: %s: %s", f.ID, f.Title, strings.Join(f.Arithmetic, "; "))
		}
		if f.Verdict == audit.Proven {
			contradicts++
		}
	}
	if contradicts == 0 {
		t.Error("an audit that finds nothing has looked at nothing")
	}
}
