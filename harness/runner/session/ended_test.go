package session

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

func TestEnded(t *testing.T) {
	r, err := run.Create(t.TempDir(), run.Run{ID: "r", Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Session{}).Ended(r, spec.Quotas); err == nil {
		t.Error("a suite that has left no report has ended")
	}
	saveReports := func(reports ...types.SpecReport) {
		content, err := json.Marshal(types.Report{SpecReports: reports})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(r.Path("ginkgo", "quotas.json"), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	saveReports(types.SpecReport{LeafNodeType: types.NodeTypeIt, LeafNodeText: "quota.todo-app.cpu-requests: so much", LeafNodeLabels: []string{"quota.todo-app.cpu-requests"}, State: types.SpecStatePassed},
		types.SpecReport{LeafNodeType: types.NodeTypeIt, LeafNodeText: "quota.todo-app.cpu-limits: so little", LeafNodeLabels: []string{"quota.todo-app.cpu-limits"}, State: types.SpecStateFailed, Failure: types.Failure{Message: "more"}})
	checks, err := Session{}.Ended(r, spec.Quotas)
	if err != nil || len(checks) != 2 || checks[0].Red || checks[0].Name != "quota.todo-app.cpu-requests: so much" || !checks[1].Red || checks[1].Message != "more" {
		t.Errorf("%+v, %v", checks, err)
	}
	saveReports(types.SpecReport{LeafNodeType: types.NodeTypeSynchronizedBeforeSuite, State: types.SpecStateFailed, Failure: types.Failure{Message: "no platform"}})
	if _, err := (Session{}).Ended(r, spec.Quotas); err == nil || !strings.Contains(err.Error(), "no platform") {
		t.Errorf("a suite that could not begin: %v", err)
	}
}
