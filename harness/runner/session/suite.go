package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/spec"
)

// processes is how many processes run a suite's checks: as many as the smallest
// machine that is supported has cores. Checks that break things are serial.
const processes = 2

// SuiteResult is how a suite ended.
type SuiteResult struct {
	Suite  spec.Suite
	Passed bool
	Took   time.Duration
	// Paused is the failed check at which the suite was stopped, nil unless Session.Hold
	// is set.
	Paused *run.Progress
}

// Run runs one suite as a part of r, with a line to out for each check and Ginkgo's
// output to ginkgo/<suite>.log in the run. A suite with a red check is an outcome, not
// an error; an error is one that could not be run, or was interrupted.
func (s Session) Run(ctx context.Context, r *run.Run, suite spec.Suite, filter Filter, out io.Writer) (SuiteResult, error) {
	log, err := os.Create(r.Path("ginkgo", string(suite)+".log"))
	if err != nil {
		return SuiteResult{Suite: suite}, fmt.Errorf("run suite %s: %w", suite, err)
	}
	defer func() { _ = log.Close() }()
	pipe, err := newPipe()
	if err != nil {
		return SuiteResult{Suite: suite}, fmt.Errorf("run suite %s: %w", suite, err)
	}
	defer pipe.close()
	env := []string{run.DirEnv + "=" + r.Path(), run.ProgressEnv + "=" + pipe.path}
	if s.Hold {
		env = append(env, run.HoldEnv+"=1")
	}
	command := s.suiteProcess(ctx, suite, env, append(s.arguments(r, suite, filter), s.program())...)
	command.Args[0] = Ginkgo
	command.Stdout, command.Stderr = log, log
	start := time.Now()
	if err := command.Start(); err != nil {
		return SuiteResult{Suite: suite}, fmt.Errorf("run suite %s: %w", suite, err)
	}
	shown := newProgress(out, suite, expected(s.Spec, r, suite))
	listened := make(chan error, 1)
	go func() {
		listened <- pipe.listen(func(p run.Progress) {
			if shown.show(p); p.Kind == run.ProgressPaused { // nothing may clean up
				_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
			}
		})
	}()
	err = command.Wait()
	heard := errors.Join(pipe.over(), <-listened)
	shown.close()
	result := SuiteResult{Suite: suite, Passed: err == nil, Took: time.Since(start), Paused: shown.paused}
	if ctx.Err() != nil {
		return result, fmt.Errorf("suite %s: %w", suite, context.Cause(ctx))
	}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return result, fmt.Errorf("run suite %s: %w", suite, err)
	}
	if err != nil && shown.red == 0 {
		fmt.Fprintf(out, "suite %s failed, and no check did:\n%s\n", suite, visible.Text(lastLines(log.Name(), 40)))
	}
	fmt.Fprintf(out, "full output: %s\n", log.Name())
	return result, heard
}

// arguments are those of Ginkgo. A check that takes long is no reason for a dump of all
// goroutines: the heartbeat names it.
func (s Session) arguments(r *run.Run, suite spec.Suite, filter Filter) []string {
	timeouts := s.Spec.Timeouts
	limit := timeouts.Suite.Duration
	if suite == spec.Chaos {
		limit = timeouts.ChaosSuite.Duration
	}
	args := []string{
		"run", "--no-color", "--silence-skips", "--procs=" + strconv.Itoa(processes),
		"--timeout=" + limit.String(), "--seed=" + strconv.FormatInt(r.Seed&0xffffffff, 10),
	}
	if s.Hold {
		args = append(args, "--fail-fast")
	} else {
		args = append(args, "--keep-going")
	}
	if filter.Focus != "" {
		args = append(args, "--focus="+filter.Focus)
	}
	if filter.Labels != "" {
		args = append(args, "--label-filter="+filter.Labels)
	}
	return args
}

// lastLines are the last lines of a file.
func lastLines(path string, n int) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
