package session

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"assay.dev/assay/harness/runs/run"
)

// suiteProcess prepares a program that runs checks in dir, with env added to the
// environment. When ctx ends it is interrupted once and has time for its cleanups.
func (s Session) suiteProcess(ctx context.Context, dir string, env []string, program string, args ...string) *exec.Cmd {
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
