package session

import (
	"bytes"
	"regexp"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// TestTheRestShrinks wants an estimate that falls with each check, in a suite whose
// checks lie in containers, and none where nothing is known.
func TestTheRestShrinks(t *testing.T) {
	known := steps.Known{}
	for _, id := range []string{"quota.todo-app.cpu-requests", "quota.todo-app.cpu-limits", "quota.todo-app.memory-requests"} {
		known[keyOf("", []string{id})] = time.Minute
	}
	var out bytes.Buffer
	p := newProgress(&out, spec.Quotas, known)
	defer p.close()
	p.show(run.Progress{Kind: run.ProgressSuite, Total: 3})
	p.show(run.Progress{Kind: run.ProgressEnded, Name: "Quotas quota.todo-app.cpu-requests so much", IDs: []string{"quota.todo-app.cpu-requests"}, Result: "pass"})
	p.spent = time.Minute // a minute as known: the pace is one
	if got := p.left(); got != ", 2 left, about 02:00" {
		t.Errorf("%q after\n%s", got, &out)
	}
	p.spent = 2 * time.Minute
	if got := p.left(); got != ", 2 left, about 04:00" {
		t.Errorf("at half the pace: %q", got)
	}
	p.known = nil
	if got := p.left(); got != ", 2 left, no estimate yet" {
		t.Errorf("%q", got)
	}
}

func TestSharesAddUpToTheSuite(t *testing.T) {
	it := func(id string, took time.Duration) types.SpecReport {
		return types.SpecReport{LeafNodeType: types.NodeTypeIt, LeafNodeLabels: []string{id}, State: types.SpecStatePassed, RunTime: took}
	}
	known := shares(types.Report{RunTime: 2 * time.Minute, SpecReports: types.SpecReports{it("quota.todo-app.cpu-requests", time.Minute), it("quota.todo-app.cpu-limits", 3*time.Minute)}})
	if known["quota.todo-app.cpu-requests"] != 30*time.Second || known["quota.todo-app.cpu-limits"] != 90*time.Second {
		t.Errorf("%v", known)
	}
}

func TestThePulseNamesWhatRuns(t *testing.T) {
	p := newProgress(&bytes.Buffer{}, spec.Chaos, nil)
	defer p.close()
	p.show(run.Progress{Kind: run.ProgressStarted, Name: "fault.broker-pod-kill a broker"})
	if got := p.pulse(); !regexp.MustCompile(`^running: fault.broker-pod-kill a broker, \d+s$`).MatchString(got) {
		t.Errorf("%q", got)
	}
}
