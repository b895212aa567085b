package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// Result is what became of a requirement. Only [Pass] is green by itself.
type Result string

// The results of requirements.
const (
	Pass         Result = Result(judge.Pass)
	Fail         Result = Result(judge.Fail)
	Inconclusive Result = Result(judge.Inconclusive) // no fault proven, too little load, an observer lost
	Skipped      Result = Result(judge.Skipped)      // the cluster lacks a capability, which the reason names
	// Waived is a requirement that failed, was inconclusive or was skipped, and has a
	// waiver in Options.Waivers. Requirement.Waiver says what its result is without.
	Waived Result = Result(report.Waived)
	NotRun Result = Result(judge.NotRun)
)

// Verdict is on all that was selected.
type Verdict string

// The verdicts. Green: each selected MUST passed, is waived, or was skipped for a capability
// in Options.AcceptSkips. Red: something is broken, or a waiver is not valid. Undecided: any
// other, such as a selected MUST that was skipped, or a dry run.
const (
	Green     Verdict = Verdict(report.Green)
	Red       Verdict = Verdict(report.Red)
	Undecided Verdict = Verdict(report.Inconclusive)
)

// Report is what came of a suite.
type Report struct {
	Verdict Verdict
	// Requirements are those that were selected, in the order of their IDs.
	Requirements []Requirement
	// Dir is the directory of the run, empty where there is none, as after a dry run.
	Dir string
	// Err is why nothing was judged or no report was written: a wrong option, a
	// specification that cannot be read, a cluster that does not answer. A red check is no
	// error.
	Err error
}

// Requirement is one requirement of the specification with its result.
type Requirement struct {
	// ID is a path such as quota.todo-app.cpu-requests, Level MUST or SHOULD.
	ID, Level string
	// Sentence is what the platform has to do.
	Sentence string
	Result   Result
	// Reason is a line that says why the result is not Pass.
	Reason string
	// Waiver says what is waived, until when, by whom and why, such as
	// "fail, waived until 2027-01-31 by storage team: …". It is empty unless Result is
	// Waived.
	Waiver string
}

// listed is a report of the requirements whose checks were selected, none of them judged.
func listed(s *spec.Spec, seen types.Report) *Report {
	out := &Report{Verdict: Undecided}
	selected := map[string]bool{}
	for _, check := range seen.SpecReports {
		leftOut := check.State.Is(types.SpecStateSkipped|types.SpecStatePending) && check.Failure.Message == ""
		if check.LeafNodeType != types.NodeTypeIt || leftOut && seen.SuiteConfig.DryRun {
			continue
		}
		for _, label := range check.Labels() {
			if r, ok := s.Lookup(label); ok && !selected[r.ID] {
				selected[r.ID] = true
				out.Requirements = append(out.Requirements, Requirement{ID: r.ID, Level: string(r.Level), Sentence: r.Sentence, Result: NotRun})
			}
		}
	}
	slices.SortFunc(out.Requirements, func(a, b Requirement) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// judged fills in the results of a run, and writes its report if a directory was chosen
// for that.
func (r *Report) judged(suite *Suite, settings expect.Settings) {
	r.Dir = suite.Run.Path()
	built, err := build(suite, settings.Exceptions)
	if err != nil {
		r.Err = fmt.Errorf("conformance: build the report of %s: %w", r.Dir, err)
		return
	}
	r.Verdict, r.Requirements = Verdict(built.Verdict), nil
	for _, one := range built.Requirements {
		if !one.Asked || one.Suite != suite.Name() {
			continue
		}
		result := Requirement{ID: one.ID, Level: string(one.Level), Sentence: one.Sentence, Result: Result(one.Result), Reason: one.Reason}
		if one.Waiver != nil {
			result.Waiver = one.Waiver.String()
		}
		r.Requirements = append(r.Requirements, result)
	}
	if settings.Runs == "" {
		return
	}
	if err := built.Write(r.Dir); err != nil {
		r.Err = fmt.Errorf("conformance: write the report: %w", err)
	}
}

// build builds the report of the run as it is on disk: other processes write there, too. A
// recorded run, to which nothing is written, holds none of the exceptions.
func build(suite *Suite, exceptions run.Exceptions) (*report.Report, error) {
	ended, err := run.Open(suite.Run.Path())
	if err != nil {
		return nil, err
	}
	ended.Spec = suite.Spec
	if exceptions.Waivers != nil {
		ended.Waive(exceptions.Waivers)
	}
	if len(exceptions.AcceptSkips) > 0 {
		ended.AcceptSkips = exceptions.AcceptSkips
	}
	if suite.Recorded() {
		return report.BuildRecorded(ended, nil)
	}
	return report.Build(ended, suite.Name())
}
