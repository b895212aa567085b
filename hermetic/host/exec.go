// Package host knows the machine that hermetic mode builds on: which tools it
// has, its package mirrors, and its docker engine, which it starts when none
// answers.
package host

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"assay.dev/assay/harness/process/childenv"
	"assay.dev/assay/harness/process/cputime"
)

// Command is a program to run to its end.
type Command struct {
	Dir string
	// Env is added to what programs are given of the caller's environment: what
	// leads to programs, packages and the docker engine, and nothing else.
	Env  []string
	Args []string
	// Stdin is optional.
	Stdin io.Reader
}

// engineEnv leads to the docker engine. It is checked before use that the engine
// is on this machine.
var engineEnv = []string{"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"}

// goSettings are those of every compile, as of the Makefile: what one program has compiled
// is not compiled again for the next (docs/decisions/build-graphs.md).
var goSettings = map[string]string{"GOFLAGS": "-buildvcs=false", "GOWORK": "off"}

// packageEnv is what package managers other than Go's read.
var packageEnv = []string{"JAVA_HOME", "MAVEN_OPTS", "MAVEN_ARGS", "APT_CONFIG", "DEBIAN_FRONTEND"}

// Run runs the command with its output in log. When ctx ends, the command's
// whole process group is told to stop, then killed.
func Run(ctx context.Context, log io.Writer, command Command) error {
	cmd := prepare(ctx, command)
	cmd.Stdout, cmd.Stderr = log, log
	fmt.Fprintf(log, "+ %s\n", strings.Join(command.Args, " "))
	err := cmd.Run()
	cputime.Add(ctx, cmd.ProcessState)
	if err != nil {
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
	cputime.Add(ctx, cmd.ProcessState)
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(firstWords(command.Args), " "), err)
	}
	return string(out), nil
}

func prepare(ctx context.Context, command Command) *exec.Cmd {
	cmd := exec.CommandContext(ctx, command.Args[0], command.Args[1:]...)
	cmd.Dir, cmd.Stdin = command.Dir, command.Stdin
	cmd.Env = append(childenv.Make(goSettings, childenv.Basic, childenv.Network, childenv.Go, childenv.Docker, engineEnv, packageEnv), command.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// firstWords keeps an error short: the program and what it was asked to do.
func firstWords(args []string) []string {
	return args[:min(len(args), 3)]
}
