package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Engine is the docker engine. One that already answers is used as it is; else
// Start runs dockerd with its own socket. A machine has one such dockerd at most:
// whose it is stands beside the socket (see Owner), and an Engine of another Dir is
// refused.
type Engine struct {
	// Dir keeps dockerd's images and log.
	Dir string
	// Run holds the socket, the owner's record, and what was changed on the machine,
	// all of which end with the machine's boot. RunDir if it is empty.
	Run string
	// RuncWithin is the path of the runc-within program, used as the runtime
	// where the machine lacks capabilities that containers ask for. Where it is
	// empty, the last dockerd's is used.
	RuncWithin string
}

const (
	minimumDocker = 20 // major version: the first that kind v0.33 is tested with
	engineTimeout = 60 * time.Second
)

// RunDir is where the socket lies, whatever the user's cache directory is.
const RunDir = "/run/assay"

func (e Engine) run() string     { return cmp.Or(e.Run, RunDir) }
func (e Engine) socket() string  { return filepath.Join(e.run(), "docker.sock") }
func (e Engine) pidFile() string { return filepath.Join(e.run(), "dockerd.pid") }

// Endpoint is the address of the dockerd that Start runs.
func (e Engine) Endpoint() string { return "unix://" + e.socket() }

// execRoot keeps what dockerd runs: its containerd, and the containers' state.
func (e Engine) execRoot() string { return filepath.Join(e.run(), "docker") }

// withinFile keeps RuncWithin for a process that has built nothing.
func (e Engine) withinFile() string { return filepath.Join(e.Dir, "runc-within") }

// LogFile is where a dockerd that Start ran writes its log.
func (e Engine) LogFile() string { return filepath.Join(e.Dir, "dockerd.log") }

// Use points this process and its children at the engine that Start ran, if it
// still runs, and reports whether any engine answers.
func (e Engine) Use(ctx context.Context) bool {
	if _, ok := e.Running(); ok {
		_ = os.Setenv("DOCKER_HOST", e.Endpoint())
	}
	return Answers(ctx) == nil
}

// Answers returns nil if a docker engine answers that is new enough.
func Answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := Output(ctx, io.Discard, Command{Args: []string{"docker", "version", "--format", "{{.Server.Version}}"}})
	if err != nil {
		return fmt.Errorf("no docker engine answers: %w", err)
	}
	return checkVersion(strings.TrimSpace(out))
}

// Arch returns the architecture of the engine's machine, by Go's name of it.
func (e Engine) Arch(ctx context.Context) (string, error) {
	e.Use(ctx)
	out, err := Output(ctx, io.Discard, Command{Args: []string{"docker", "version", "--format", "{{.Server.Arch}}"}})
	if err != nil {
		return "", fmt.Errorf("ask the docker engine for its architecture (is docker running?): %w", err)
	}
	return strings.TrimSpace(out), nil
}

func checkVersion(version string) error {
	major, _, _ := strings.Cut(version, ".")
	if number, err := strconv.Atoi(major); err != nil || number < minimumDocker {
		return fmt.Errorf("the docker engine is version %q; %d.10 or newer is needed: upgrade it", version, minimumDocker)
	}
	return nil
}

// Start runs dockerd unless an engine answers, and waits until it does. The error is
// a *refusal.Error where another cache's dockerd has the socket.
func (e Engine) Start(ctx context.Context, log io.Writer) error {
	if e.Use(ctx) {
		return nil
	}
	if os.Geteuid() != 0 {
		return errors.New("no docker engine answers and only root can start one: start docker, then run this again")
	}
	for _, dir := range []string{e.Dir, e.run()} {
		if err := os.MkdirAll(dir, 0o711); err != nil {
			return fmt.Errorf("make dockerd's directory: %w", err)
		}
	}
	unlock, err := e.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := e.own(); err != nil {
		return err
	}
	if err := e.rememberWithin(); err != nil {
		return err
	}
	if err := e.endContainerd(ctx); err != nil {
		return err
	}
	return e.recording(ctx, log, func() error {
		command, err := e.launch()
		if err != nil {
			return err
		}
		if err := e.ownProcess(command.Process.Pid); err != nil {
			return err
		}
		fmt.Fprintf(log, "started dockerd, process %d, log %s\n", command.Process.Pid, e.LogFile())
		if err := os.Setenv("DOCKER_HOST", e.Endpoint()); err != nil {
			return err
		}
		exited := make(chan error, 1)
		go func() { exited <- command.Wait() }()
		return awaitEngine(ctx, exited, e.LogFile())
	})
}

// endContainerd ends the containerd of a dockerd that was killed, if it still is
// about to end: a new dockerd would take it for one to work with, and wait for it in
// vain. Containers outlive it.
func (e Engine) endContainerd(ctx context.Context) error {
	file := filepath.Join(e.execRoot(), "containerd", "containerd.pid")
	if pid, ok := running(file, "containerd"); ok {
		_ = syscall.Kill(pid, syscall.SIGTERM) // it may just have ended
		if err := awaitExit(ctx, pid); err != nil {
			return err
		}
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the containerd of a killed dockerd: %w", err)
	}
	return nil
}

// rememberWithin keeps RuncWithin in its file, or takes it from there.
func (e *Engine) rememberWithin() error {
	if e.RuncWithin == "" {
		within, err := os.ReadFile(e.withinFile())
		if err != nil {
			return fmt.Errorf("look how dockerd was started last: %w", err)
		}
		e.RuncWithin = string(within)
		return nil
	}
	if err := os.WriteFile(e.withinFile(), []byte(e.RuncWithin), 0o600); err != nil {
		return fmt.Errorf("record how dockerd is started: %w", err)
	}
	return nil
}

// launch starts dockerd in a session of its own, so that it outlives this process.
func (e Engine) launch() (*exec.Cmd, error) {
	logFile, err := os.OpenFile(e.LogFile(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create dockerd's log: %w", err)
	}
	defer func() { _ = logFile.Close() }()
	args := []string{
		"--host", e.Endpoint(), "--pidfile", e.pidFile(),
		"--data-root", filepath.Join(e.Dir, "data"), "--exec-root", e.execRoot(),
	}
	missing, err := MissingCapabilities()
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		args = append(args, "--add-runtime", "within="+e.RuncWithin, "--default-runtime", "within")
	}
	// Without a context: it outlives this process on purpose.
	cmd := exec.Command("dockerd", args...) //nolint:noctx
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start dockerd: %w", err)
	}
	return cmd, nil
}

func awaitEngine(ctx context.Context, exited <-chan error, log string) error {
	ctx, cancel := context.WithTimeout(ctx, engineTimeout)
	defer cancel()
	for {
		err := Answers(ctx)
		if err == nil {
			return nil
		}
		select {
		case exit := <-exited:
			return fmt.Errorf("dockerd ended (%w); its log is %s", exit, log)
		case <-ctx.Done():
			return fmt.Errorf("dockerd did not answer within %s (%w); its log is %s", engineTimeout, err, log)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// Revive starts dockerd again where one that Start ran was killed: only a dockerd
// can end the containers that outlived it. needed says that there are containers of
// it, also from before the machine was booted.
func (e Engine) Revive(ctx context.Context, log io.Writer, needed bool) error {
	owner, err := e.Owner()
	if err != nil {
		return err
	}
	if _, ok := e.Running(); ok || owner == nil && !needed || owner != nil && !owner.is(e) {
		return nil
	}
	if err := e.Start(ctx, log); err != nil {
		return fmt.Errorf("start the docker engine that was killed, to end its containers: %w", err)
	}
	return nil
}

// Stop ends the dockerd that Start ran, with everything it left on the machine
// but its images, and does nothing where Start ran none, or another cache's did.
func (e Engine) Stop(ctx context.Context, log io.Writer) error {
	if owner, err := e.Owner(); err != nil || owner == nil || !owner.is(e) {
		return err
	}
	unlock, err := e.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if pid, ok := e.Running(); ok {
		if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
			return fmt.Errorf("stop dockerd, process %d: %w", pid, err)
		}
		if err := awaitExit(ctx, pid); err != nil {
			return err
		}
		fmt.Fprintf(log, "stopped dockerd, process %d\n", pid)
	}
	_ = os.Unsetenv("DOCKER_HOST")
	// What is left of the record makes the next Stop go on.
	if err := errors.Join(e.unmount(), e.restore(ctx, log)); err != nil {
		return err
	}
	return os.RemoveAll(e.run())
}

// Running returns the process number of the dockerd that Start ran, if it lives.
func (e Engine) Running() (int, bool) {
	owner, err := e.Owner()
	if err != nil || owner == nil || !owner.is(e) {
		return 0, false
	}
	return owner.running(e)
}

// running returns the process number in a file, if it is of a process that has this
// name and lives.
func running(file, name string) (int, bool) {
	content, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, false
	}
	// A process number may have been given to another program since.
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return pid, err == nil && strings.TrimSpace(string(comm)) == name
}

func awaitExit(ctx context.Context, pid int) error {
	ctx, cancel := context.WithTimeout(ctx, engineTimeout)
	defer cancel()
	for syscall.Kill(pid, 0) == nil {
		// A zombie has ended; its parent, maybe this process, reaps it.
		if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && strings.Contains(string(stat), ") Z ") {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("process %d of docker did not stop within %s", pid, engineTimeout)
		case <-time.After(100 * time.Millisecond):
		}
	}
	return nil
}
