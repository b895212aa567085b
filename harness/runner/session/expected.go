package session

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/spec"
)

// expected is how much of the suite's time each of its checks took in the newest run
// beside r that ran it, or else on the machine whose durations come with assay.
func expected(s *spec.Spec, r *run.Run, suite spec.Suite) steps.Known {
	root := filepath.Dir(r.Path())
	entries, err := os.ReadDir(root)
	if err != nil {
		return reference(s, suite)
	}
	for _, entry := range slices.Backward(entries) {
		if entry.Name() == filepath.Base(r.Path()) {
			continue
		}
		report, err := suitereport.Read(filepath.Join(root, entry.Name(), "ginkgo", string(suite)+".json"))
		if err == nil && !report.SuiteConfig.DryRun {
			if known := shares(report); len(known) > 0 {
				return known
			}
		}
	}
	return reference(s, suite)
}

// keyOf names a check whatever its containers are called: by its requirements, or by
// its name where it claims none.
func keyOf(name string, ids []string) string {
	if len(ids) > 0 {
		return strings.Join(ids, " ")
	}
	return name
}

// shares divides the time that a suite took among its checks by what each took: several
// processes run them at once.
func shares(report types.Report) steps.Known {
	known, sum := steps.Known{}, time.Duration(0)
	for _, one := range report.SpecReports {
		if one.LeafNodeType == types.NodeTypeIt && !one.State.Is(types.SpecStateSkipped|types.SpecStatePending) {
			known[keyOf(one.FullText(), suitereport.IDs(one))] += one.RunTime
			sum += one.RunTime
		}
	}
	for name, took := range known {
		if sum > 0 {
			known[name] = time.Duration(float64(took) / float64(sum) * float64(report.RunTime))
		}
	}
	return known
}

// reference is how long each check of a suite takes on the machine whose durations come
// with assay, scaled to this one.
func reference(s *spec.Spec, suite spec.Suite) steps.Known {
	all := steps.Reference()
	known := steps.Known{}
	for _, one := range s.Requirements {
		if took, ok := all["check "+string(suite)]; ok && one.Suite == suite && one.On(spec.Kind) {
			known[keyOf("", []string{one.ID})] = took
		}
	}
	return known
}
