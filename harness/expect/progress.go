package expect

import (
	"fmt"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/spec"
)

// messageLimit bounds a message, in bytes: a write to a pipe of at most 4096 bytes is
// not torn between processes (POSIX, PIPE_BUF).
const messageLimit = 2 << 10

// progress reports what the checks of a suite do while it runs. Where the user wants to
// look, a failed check waits for its end before its cleanups.
func (p *Platform) progress(name spec.Suite) {
	ginkgo.ReportBeforeSuite(func(report ginkgo.Report) {
		run.Report(run.Progress{Kind: run.ProgressSuite, Name: string(name), Total: report.PreRunStats.SpecsThatWillRun})
	})
	ginkgo.ReportBeforeEach(func(report ginkgo.SpecReport) {
		if !report.State.Is(types.SpecStateSkipped | types.SpecStatePending) {
			run.Report(run.Progress{Kind: run.ProgressStarted, Name: report.FullText()})
		}
	})
	ginkgo.AfterEach(func(ctx ginkgo.SpecContext) {
		if report := ginkgo.CurrentSpecReport(); report.Failed() {
			run.Hold(ctx, ended(report, run.ProgressPaused))
		}
	})
	ginkgo.ReportAfterEach(func(report ginkgo.SpecReport) {
		if report.State.Is(types.SpecStateSkipped|types.SpecStatePending) && report.Failure.Message == "" {
			return // the filter left it out
		}
		run.Report(ended(report, run.ProgressEnded))
	})
}

// ended is how a check ended.
func ended(report types.SpecReport, kind string) run.Progress {
	p := run.Progress{Kind: kind, Name: report.FullText(), Took: report.RunTime, Message: report.Failure.Message}
	for _, label := range report.Labels() {
		if spec.IsID(label) {
			p.IDs = append(p.IDs, label)
		}
	}
	switch {
	case report.State.Is(types.SpecStatePassed):
		p.Result = "pass"
	case report.State.Is(types.SpecStateSkipped):
		p.Result = "skipped"
	case strings.HasPrefix(p.Message, suitereport.InconclusivePrefix):
		p.Result = "inconclusive"
	case report.State.Is(types.SpecStateInterrupted | types.SpecStateAborted):
		p.Result = "not run"
	default:
		p.Result = "fail"
		p.Place = fmt.Sprintf("%s:%d", report.Failure.Location.FileName, report.Failure.Location.LineNumber)
	}
	if len(p.Message) > messageLimit {
		p.Message = strings.ToValidUTF8(p.Message[:messageLimit], "") + "…"
	}
	return p
}
