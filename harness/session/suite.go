package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"time"

	"assay.dev/assay/harness/run"
	"assay.dev/assay/spec"
)

// Filter says which checks of a suite run. Empty fields filter nothing.
type Filter struct {
	// Focus is a regular expression over names, as ginkgo's --focus.
	Focus string
	// Labels is an expression over labels, as ginkgo's --label-filter.
	Labels string
}

// processes is how many processes run a suite's checks: as many as the smallest
// machine that is supported has cores. Checks that break things are serial.
const processes = 2

// Outcome is how a suite ended.
type Outcome struct {
	Suite  spec.Suite
	Passed bool
	Took   time.Duration
}

// Run runs one suite as a part of r, with Ginkgo's output to out. A suite with a
// red check is an outcome, not an error; an error is one that could not be run,
// or was interrupted.
func (s Session) Run(ctx context.Context, r *run.Run, suite spec.Suite, filter Filter, out io.Writer) (Outcome, error) {
	timeouts := spec.Current().Timeouts
	limit := timeouts.Suite.Duration
	if suite == spec.Chaos {
		limit = timeouts.ChaosSuite.Duration
	}
	args := []string{
		"run", "--no-color", "--silence-skips", "--keep-going", "--procs=" + strconv.Itoa(processes),
		"--poll-progress-after=150s", "--timeout=" + limit.String(), "--seed=" + strconv.FormatInt(r.Seed&0xffffffff, 10),
	}
	if filter.Focus != "" {
		args = append(args, "--focus="+filter.Focus)
	}
	if filter.Labels != "" {
		args = append(args, "--label-filter="+filter.Labels)
	}
	env := []string{run.DirEnv + "=" + r.Path()}
	command := suiteProcess(ctx, s.suiteDir(suite), env, s.bin("ginkgo"), append(args, s.binary(suite))...)
	command.Stdout, command.Stderr = out, out
	begin := time.Now()
	err := command.Run()
	outcome := Outcome{Suite: suite, Passed: err == nil, Took: time.Since(begin)}
	if ctx.Err() != nil {
		return outcome, fmt.Errorf("suite %s: %w", suite, context.Cause(ctx))
	}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return outcome, fmt.Errorf("run suite %s: %w", suite, err)
	}
	return outcome, nil
}
