package report

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/spec"
)

// place is file:line, the file below the repository where that can be told.
func place(p types.CodeLocation) string {
	if p.FileName == "" {
		return ""
	}
	name := filepath.ToSlash(p.FileName)
	for _, top := range []string{"/suites/", "/harness/", "/infra/", "/spec/"} {
		if i := strings.LastIndex(name, top); i >= 0 {
			name = name[i+1:]
			break
		}
	}
	return fmt.Sprintf("%s:%d", name, p.LineNumber)
}

// filter says what chose among the suite's checks, empty for all of them.
func filter(g types.Report) string {
	var parts []string
	add := func(what string, values ...string) {
		if text := strings.Join(values, " | "); text != "" {
			parts = append(parts, what+" "+text)
		}
	}
	c := g.SuiteConfig
	add("focus", c.FocusStrings...)
	add("skip", c.SkipStrings...)
	add("files", c.FocusFiles...)
	add("without files", c.SkipFiles...)
	add("labels", c.LabelFilter)
	return strings.Join(parts, ", ")
}

// complete reports whether the suite got to its end, so that a check which was
// left out was left out by the filter.
func complete(g types.Report) bool {
	return len(g.SpecialSuiteFailureReasons) == 0 && !slices.ContainsFunc(g.SpecReports, func(s types.SpecReport) bool {
		return s.LeafNodeType.Is(types.NodeTypeBeforeSuite|types.NodeTypeSynchronizedBeforeSuite) && s.Failed()
	})
}

// nameOf is the check's full name, or the kind of a node that has none.
func nameOf(s types.SpecReport) string {
	return cmp.Or(s.FullText(), s.LeafNodeType.String())
}

// missingPrefix starts the message with which harness/expect skips a check.
const missingPrefix = "missing capability "

// result says what became of the check in words of the judge, and why it is
// not a pass. dryRun is a suite in which nothing ran.
func result(s types.SpecReport, dryRun bool) (judge.Result, string) {
	message := s.Failure.Message
	if s.Failure.ForwardedPanic != "" {
		message = strings.TrimSpace(message + "\n" + s.Failure.ForwardedPanic)
	}
	switch {
	case dryRun:
		return judge.NotRun, "a dry run"
	case s.State == types.SpecStatePassed:
		return judge.Pass, ""
	case s.State == types.SpecStateSkipped && message != "":
		return judge.Skipped, message
	case s.State.Is(types.SpecStateInterrupted | types.SpecStateAborted):
		return judge.NotRun, strings.TrimSpace(s.State.String() + ": " + message)
	case s.Failed() && strings.HasPrefix(message, suitereport.InconclusivePrefix):
		return judge.Inconclusive, strings.TrimPrefix(message, suitereport.InconclusivePrefix)
	case s.State == types.SpecStateTimedout:
		return judge.Fail, "timed out: " + message
	case s.Failed(): // the verdict on an experiment may be the message's own start
		return judge.Fail, strings.TrimPrefix(message, string(judge.Fail)+": ")
	case s.State == types.SpecStatePending:
		return judge.NotRun, "marked as pending"
	}
	return judge.NotRun, ""
}

// missing returns the capability in the message of an honest skip: one that the
// run's target is known to lack.
func missing(message string, unsupported map[spec.Capability]string) spec.Capability {
	rest, ok := strings.CutPrefix(message, missingPrefix)
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, ":")
	if _, known := unsupported[spec.Capability(name)]; !known {
		return ""
	}
	return spec.Capability(name)
}
