package bench

import (
	"errors"
	"fmt"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/runs/suitereport"
)

// took is how long a suite ran, and how long it would have run at least: the
// longest of the checks that run side by side, and after that all that run alone,
// one after the other. No number of processes makes a suite faster than its chain.
type took struct{ wall, chain time.Duration }

// readTook reads Ginkgo's report of a suite.
func readTook(path string) (took, error) {
	report, err := suitereport.Read(path)
	if err != nil {
		return took{}, err
	}
	t, err := tookOf(report)
	if err != nil {
		return took{}, fmt.Errorf("read the report of a suite in %s: %w", path, err)
	}
	return t, nil
}

func tookOf(report types.Report) (took, error) {
	var longest, alone time.Duration
	for _, check := range report.SpecReports {
		switch {
		case check.LeafNodeType != types.NodeTypeIt || check.State.Is(types.SpecStateSkipped|types.SpecStatePending):
		case check.IsSerial:
			alone += check.RunTime
		default:
			longest = max(longest, check.RunTime)
		}
	}
	if longest+alone == 0 {
		return took{}, errors.New("no check has run")
	}
	return took{wall: report.RunTime, chain: longest + alone}, nil
}
