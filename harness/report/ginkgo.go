package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// The parts of Ginkgo's types.Report that are read here. Ginkgo itself is not
// imported, since only harness/expect may; a test holds the two against each other.
type ginkgoReport struct {
	SuiteSucceeded             bool
	SuiteHasProgrammaticFocus  bool
	SpecialSuiteFailureReasons []string
	StartTime                  time.Time
	RunTime                    time.Duration
	SuiteConfig                struct {
		FocusStrings, SkipStrings, FocusFiles, SkipFiles []string
		LabelFilter                                      string
		DryRun                                           bool
	}
	SpecReports []ginkgoSpec
}

type ginkgoSpec struct {
	ContainerHierarchyTexts    []string
	ContainerHierarchyLabels   [][]string
	LeafNodeType               string
	LeafNodeLocation           ginkgoPlace
	LeafNodeLabels             []string
	LeafNodeText               string
	State                      string
	StartTime                  time.Time
	RunTime                    time.Duration
	NumAttempts                int
	CapturedGinkgoWriterOutput string
	Failure                    ginkgoFailure
	ReportEntries              []struct {
		Name  string
		Value struct{ AsJSON string }
	}
	AdditionalFailures []struct{ Failure ginkgoFailure }
}

type ginkgoFailure struct {
	Message        string
	Location       ginkgoPlace
	ForwardedPanic string
}

type ginkgoPlace struct {
	FileName   string
	LineNumber int
}

// String is file:line, the file below the repository where that can be told.
func (p ginkgoPlace) String() string {
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

// readSuites reads ginkgo/*.json of a run, in the order of their names. A run
// without the directory has run no suite.
func readSuites(dir string) (map[spec.Suite]ginkgoReport, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the suites' reports: %w", err)
	}
	suites := map[spec.Suite]ginkgoReport{}
	for _, entry := range entries {
		name, isJSON := strings.CutSuffix(entry.Name(), ".json")
		if !isJSON {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the suites' reports: %w", err)
		}
		var report ginkgoReport
		if err := json.Unmarshal(content, &report); err != nil {
			return nil, fmt.Errorf("read the report of the suite %s in %s: %w", name, dir, err)
		}
		suites[spec.Suite(name)] = report
	}
	return suites, nil
}

// filter says what chose among the suite's checks, empty for all of them.
func (g ginkgoReport) filter() string {
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

// whole reports whether the suite got to its end, so that a check which was
// left out was left out by the filter.
func (g ginkgoReport) whole() bool {
	return len(g.SpecialSuiteFailureReasons) == 0 && !slices.ContainsFunc(g.SpecReports, func(s ginkgoSpec) bool {
		return strings.Contains(s.LeafNodeType, "BeforeSuite") && s.failed()
	})
}

func (s ginkgoSpec) failed() bool {
	return slices.Contains([]string{"failed", "panicked", "timedout", "interrupted", "aborted"}, s.State)
}

// name is the check's full name.
func (s ginkgoSpec) name() string {
	parts := slices.Concat(s.ContainerHierarchyTexts, []string{s.LeafNodeText})
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	if len(parts) == 0 {
		return s.LeafNodeType
	}
	return strings.Join(parts, " ")
}

// claims returns the IDs of the requirements that the check's labels name.
func (s ginkgoSpec) claims() []string {
	var ids []string
	for _, label := range slices.Concat(slices.Concat(s.ContainerHierarchyLabels...), s.LeafNodeLabels) {
		if spec.IsID(label) && !slices.Contains(ids, label) {
			ids = append(ids, label)
		}
	}
	return ids
}

// InconclusivePrefix begins the failure message of a check that could not tell:
// a fault without proof, too little load, a lost observer. Ginkgo knows no such
// state.
const InconclusivePrefix = "inconclusive: "

// missingPrefix begins the message with which harness/expect skips a check.
const missingPrefix = "missing capability "

// result says what became of the check in words of the judge, and why it is
// not a pass. dryRun is a suite in which nothing ran.
func (s ginkgoSpec) result(dryRun bool) (judge.Result, string) {
	message := s.Failure.Message
	if s.Failure.ForwardedPanic != "" {
		message = strings.TrimSpace(message + "\n" + s.Failure.ForwardedPanic)
	}
	switch {
	case dryRun:
		return judge.NotRun, "a dry run"
	case s.State == "passed":
		return judge.Pass, ""
	case s.State == "skipped" && message != "":
		return judge.Skipped, message
	case s.State == "interrupted" || s.State == "aborted":
		return judge.NotRun, strings.TrimSpace(s.State + ": " + message)
	case s.failed() && strings.HasPrefix(message, InconclusivePrefix):
		return judge.Inconclusive, strings.TrimPrefix(message, InconclusivePrefix)
	case s.State == "timedout":
		return judge.Fail, "timed out: " + message
	case s.failed(): // the verdict on an experiment may be the message's own beginning
		return judge.Fail, strings.TrimPrefix(message, string(judge.Fail)+": ")
	case s.State == "pending":
		return judge.NotRun, "marked as pending"
	}
	return judge.NotRun, ""
}

// missing returns the capability in the message of an honest skip: one that the
// run's target is known to lack.
func missing(message string, lacks map[spec.Capability]string) spec.Capability {
	rest, ok := strings.CutPrefix(message, missingPrefix)
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, ":")
	if _, known := lacks[spec.Capability(name)]; !known {
		return ""
	}
	return spec.Capability(name)
}
