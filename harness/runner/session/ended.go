package session

import (
	"fmt"

	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/spec"
)

// Ended returns how the checks of a suite ended in a run that it took part in. A
// suite that could not start is an error.
func (s Session) Ended(r *run.Run, suite spec.Suite) ([]Check, error) {
	report, err := suitereport.Read(r.Path("ginkgo", string(suite)+".json"))
	if err != nil {
		return nil, fmt.Errorf("read how suite %s ended: %w", suite, err)
	}
	return checksOf(report)
}
