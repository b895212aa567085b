package session

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec"
)

// Checks lists the checks of all suites by a dry run of each: what Ginkgo would
// run, by suite.
func (s Session) Checks(ctx context.Context) (map[spec.Suite]types.Report, error) {
	if err := s.Compile(ctx, Suites()); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "assay-checks-")
	if err != nil {
		return nil, fmt.Errorf("list the checks: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	found := map[spec.Suite]types.Report{}
	for _, suite := range Suites() {
		file := filepath.Join(dir, string(suite)+".json")
		err := host.Run(ctx, io.Discard, host.Command{
			Dir:  s.suiteDir(suite),
			Args: []string{s.binary(suite), "-ginkgo.dry-run", "-ginkgo.json-report=" + file},
		})
		if err != nil {
			return nil, fmt.Errorf("list the checks of suite %s: %w", suite, err)
		}
		report, err := readReport(file)
		if err != nil {
			return nil, fmt.Errorf("list the checks of suite %s: %w", suite, err)
		}
		found[suite] = report
	}
	return found, nil
}
