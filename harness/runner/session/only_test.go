package session

import (
	"testing"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/spec/todo"
)

func TestRelatedChecks(t *testing.T) {
	want := "((/^quota\\./) && !disruptive && !waits) || quota.todo-app.cpu-requests || limits.default-cpu-limit"
	if got := (Session{Spec: todo.Must()}).relatedChecks([]string{"quota.todo-app.cpu-requests", "limits.default-cpu-limit"}); got != want {
		t.Errorf("the filter is %s", got)
	}
	if _, err := types.ParseLabelFilter(want); err != nil {
		t.Error(err)
	}
}

func TestChecksOf(t *testing.T) {
	it := func(state types.SpecState, message string, labels ...string) types.SpecReport {
		return types.SpecReport{
			LeafNodeType: types.NodeTypeIt, State: state, LeafNodeLabels: labels, Failure: types.Failure{Message: message},
		}
	}
	checks, err := checksOf(types.Report{SpecReports: types.SpecReports{
		it(types.SpecStatePassed, "", "kafka.ready", "KFK", "MUST"),
		it(types.SpecStateFailed, "expected 3", "kafka.brokers"),
		it(types.SpecStateTimedout, "too slow", "kafka.storage"),
		it(types.SpecStateSkipped, "missing capability", "kafka.listeners"),
		it(types.SpecStateSkipped, "", "kafka.zookeeper"), // filtered out
	}})
	if err != nil || len(checks) != 4 {
		t.Fatalf("%d checks, %v", len(checks), err)
	}
	if c := checks[0]; c.Red || c.Skipped || len(c.IDs) != 1 || c.IDs[0] != "kafka.ready" {
		t.Errorf("passed: %+v", c)
	}
	if !checks[1].Red || !checks[2].Red || !checks[3].Skipped {
		t.Errorf("the others: %+v", checks[1:])
	}
	_, err = checksOf(types.Report{SpecReports: types.SpecReports{{
		LeafNodeType: types.NodeTypeSynchronizedBeforeSuite, State: types.SpecStateFailed,
	}}})
	if err == nil {
		t.Error("a suite that could not begin is no error")
	}
}
