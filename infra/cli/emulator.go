package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"k8s.io/apimachinery/pkg/util/wait"
)

const (
	// lockName is the file that the emulator locks while it runs, with its process ID.
	lockName = "lock"
	// emulatorTimeout bounds the emulator's start, its answer, and its end.
	emulatorTimeout = 20 * time.Second
	emulatorPoll    = 50 * time.Millisecond
)

// emulator is the emulated OCI of the target sim: a process of its own, which lasts from
// up to down.
type emulator struct{}

func (emulator) lock() *flock.Flock { return flock.New(filepath.Join(emulatorDir, lockName)) }

// runs reports whether the emulator is there.
func (e emulator) runs() (bool, error) {
	lock := e.lock()
	free, err := lock.TryRLock()
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the emulator: %w", err)
	}
	return !free, lock.Close()
}

// start starts the emulator in front of the cluster of a platform's directory, and waits
// until it answers. It is in a process group of its own: the Ctrl-C that ends this
// process does not end what has to answer until everything in it was deleted.
func (e emulator) start(ctx context.Context, behind string) error {
	uid, err := os.ReadFile(filepath.Join(behind, "cluster-uid"))
	if err != nil {
		return fmt.Errorf("read which cluster stands behind the emulator: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	if err := os.MkdirAll(emulatorDir, 0o700); err != nil {
		return fmt.Errorf("make the emulator's directory: %w", err)
	}
	log, err := os.OpenFile(filepath.Join(emulatorDir, "log"), os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make the emulator's log: %w", err)
	}
	defer func() { _ = log.Close() }()
	command := exec.CommandContext(context.WithoutCancel(ctx), self, "cloud", "emulator", "--dir", emulatorDir,
		"--kubeconfig", filepath.Join(behind, "kubeconfig"), "--balance", strings.TrimSpace(string(uid)))
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		return fmt.Errorf("start the emulator: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	err = wait.PollUntilContextTimeout(ctx, emulatorPoll, emulatorTimeout, true, func(context.Context) (bool, error) {
		select {
		case err := <-ended:
			return false, errors.Join(errors.New("it ended at once"), err)
		default:
			_, err := os.Stat(filepath.Join(emulatorDir, envName))
			return err == nil, nil
		}
	})
	if err != nil {
		printed, _ := os.ReadFile(log.Name())
		return errors.Join(fmt.Errorf("start the emulator: %w\n%s", err, printed), ignoreEnded(command.Process.Kill()))
	}
	return nil
}

func ignoreEnded(err error) error {
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// left is what exists in the emulated cloud, as JSON; empty if nothing does.
func (emulator) left(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, emulatorTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, os.Getenv(EndpointEnv)+"/_sim/resources", nil)
	if err != nil {
		return "", fmt.Errorf("ask the emulator what is left: %w", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("ask the emulator what is left: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.New(answer.Status)
	}
	if err != nil {
		return "", fmt.Errorf("ask the emulator what is left: %w", err)
	}
	if text := strings.TrimSpace(string(content)); text != "[]" {
		return text, nil
	}
	return "", nil
}

// stop ends the emulator, after asking it whether anything is left.
func (e emulator) stop(ctx context.Context) error {
	left, failed := e.left(ctx)
	if left != "" {
		failed = fmt.Errorf("left in the emulated cloud: %s", left)
	}
	// The lock is held, so the process ID in it is the emulator's.
	content, err := os.ReadFile(filepath.Join(emulatorDir, lockName))
	if err != nil {
		return errors.Join(failed, fmt.Errorf("find the emulator: %w", err))
	}
	pid, err := strconv.Atoi(string(content))
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGTERM)
	}
	if err != nil {
		return errors.Join(failed, fmt.Errorf("end the emulator: %w", err))
	}
	return errors.Join(failed, e.ended(ctx))
}

// ended waits until the emulator has ended.
func (e emulator) ended(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, emulatorTimeout)
	defer cancel()
	lock := e.lock()
	if _, err := lock.TryLockContext(ctx, emulatorPoll); err != nil {
		return fmt.Errorf("wait for the emulator's end: %w", err)
	}
	return lock.Close()
}
