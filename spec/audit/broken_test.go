package audit

import (
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// TestAnAuditThatBreaksIsAnError audits what the arithmetic cannot even look at: no
// finding is not a clean audit.
func TestAnAuditThatBreaksIsAnError(t *testing.T) {
	current, err := Of(todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]Input{
		"nothing":      {},
		"no platform":  {Facts: current.Facts, Document: current.Document},
		"no world":     {Platform: current.Platform, Document: current.Document},
		"no document":  {Platform: current.Platform, Facts: current.Facts},
		"an empty one": {Platform: &spec.Platform{}, Facts: &spec.Facts{}, Document: current.Document},
	} {
		if findings, err := Audit(in); err == nil && len(findings) == 0 {
			t.Errorf("%s: no finding and no error", name)
		}
	}
	if _, err := Audit(Input{}); err == nil || !strings.Contains(err.Error(), "audit: ") {
		t.Errorf("error %v", err)
	}
	if _, err := Feasible(nil, []Workload{{Namespace: "todo-app"}}); err == nil {
		t.Error("workloads on no platform are feasible")
	}
}
