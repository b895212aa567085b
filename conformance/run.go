package conformance

import (
	"errors"
	"fmt"
	"os"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/expect"
)

// Suite is a suite of checks, the variable Suite of a package of suites.
type Suite = expect.Platform

// T is what a test is failed by: a *testing.T, or what Ginkgo takes for one.
type T = ginkgo.GinkgoTestingT

// Run judges a platform by a suite and returns what came of it. It fails t if a check is
// red or nothing could be judged, and prints why. A process can call it once, and a second
// call fails t.
//
// In a parallel run of Ginkgo (`ginkgo -p`) the report of the first process has the results
// of all, and those of the others are empty. So is that of a suite which another process of
// assay has started, and reports.
func Run(t T, suite *Suite, options Options) *Report {
	report := runSuite(t, suite, options)
	if report.Err != nil {
		fmt.Fprintln(os.Stderr, report.Err)
		t.Fail()
	}
	return report
}

func runSuite(t T, suite *Suite, options Options) *Report {
	settings, err := options.settings(suite)
	if err != nil {
		return &Report{Err: err}
	}
	seen, err := suite.Judge(t, settings)
	if err != nil {
		return &Report{Err: fmt.Errorf("conformance: %w", err)}
	}
	if seen.SuitePath == "" { // of another process
		return &Report{}
	}
	report := listed(suite.Spec, seen)
	switch {
	case len(report.Requirements) == 0 && seen.PreRunStats.SpecsThatWillRun == 0:
		report.Err = fmt.Errorf("conformance: no check of the suite %s is selected: widen Focus and Labels, or the flags of Ginkgo", suite.Name())
	case seen.SuiteConfig.DryRun:
	case expect.Nested(): // who has started this process reports
		return &Report{}
	case suite.Run == nil:
		report.Err = fmt.Errorf("conformance: the suite %s did not start: %w", suite.Name(), cause(seen))
	default:
		report.judged(suite, settings)
	}
	return report
}

// cause is why a suite did not come to its checks.
func cause(seen types.Report) error {
	for _, one := range seen.SpecReports {
		if one.LeafNodeType != types.NodeTypeIt && one.Failed() {
			return errors.New(one.FailureMessage())
		}
	}
	return fmt.Errorf("%v", seen.SpecialSuiteFailureReasons)
}
