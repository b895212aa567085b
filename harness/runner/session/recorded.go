package session

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// OnlyRecorded runs the checks of some requirements of a suite and all of their
// families on the experiments that the run in a directory holds, as they were
// recorded. No platform is touched: checks of experiments that the run does not
// hold are skipped. Log and report go to that directory.
func (s Session) OnlyRecorded(ctx context.Context, dir string, suite spec.Suite, ids []string) ([]Check, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("judge a saved run: %w", err)
	}
	filter := strings.Join(append(s.families(ids), ids...), " || ")
	env := []string{run.DirEnv + "=" + dir, recordings.Env + "=" + dir}
	return filtered(ctx, s.suiteProcess(ctx, suite, env), string(suite), filter, dir)
}
