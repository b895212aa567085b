// Package host knows the machine that hermetic mode builds on: which tools it
// has, its package mirrors, and its docker engine, which it starts when none
// answers.
package host

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Command is a program to run to its end.
type Command struct {
	Dir  string
	Env  []string // added to the environment of this process
	Args []string
	// Stdin is optional.
	Stdin io.Reader
}

// Run runs the command with its output in log. When ctx ends, the command's
// whole process group is told to stop, then killed.
func Run(ctx context.Context, log io.Writer, command Command) error {
	cmd := prepare(ctx, command)
	cmd.Stdout, cmd.Stderr = log, log
	fmt.Fprintf(log, "+ %s\n", strings.Join(command.Args, " "))
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(firstWords(command.Args), " "), err)
	}
	return nil
}

// Output runs the command and returns what it printed on its standard output;
// its standard error goes to log.
func Output(ctx context.Context, log io.Writer, command Command) (string, error) {
	cmd := prepare(ctx, command)
	cmd.Stderr = log
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(firstWords(command.Args), " "), err)
	}
	return string(out), nil
}

func prepare(ctx context.Context, command Command) *exec.Cmd {
	cmd := exec.CommandContext(ctx, command.Args[0], command.Args[1:]...)
	cmd.Dir, cmd.Stdin = command.Dir, command.Stdin
	cmd.Env = append(os.Environ(), command.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// firstWords keeps an error short: the program and what it was asked to do.
func firstWords(args []string) []string {
	return args[:min(len(args), 3)]
}
