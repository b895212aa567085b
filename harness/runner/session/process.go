package session

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// suiteProcess prepares the run of a suite, with env added to the environment.
func (s Session) suiteProcess(ctx context.Context, suite spec.Suite, env []string, args ...string) *exec.Cmd {
	return s.process(ctx, s.Dir, append([]string{SuiteEnv + "=" + string(suite), run.WorkDirEnv + "=" + s.Dir}, env...), s.program(), args...)
}

// process prepares a program that runs checks in dir, with env added to the environment.
// When ctx ends it is interrupted once and has time for its cleanups.
func (s Session) process(ctx context.Context, dir string, env []string, program string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = dir
	command.Env = append(append(os.Environ(), run.HolderEnv+"="+strconv.Itoa(os.Getpid())), env...)
	// A group of its own: an interrupt from the terminal must not reach Ginkgo
	// beside ours, since a second one makes it give up its cleanups.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGINT) }
	command.WaitDelay = s.Spec.Timeouts.Interrupt.Duration
	return command
}
