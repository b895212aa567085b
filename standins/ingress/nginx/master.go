package nginx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// orphanDelay is how long NGINX's error log is read on after the master's end,
// in case that workers still hold it open.
const orphanDelay = time.Second

// master is a running NGINX master process.
type master struct {
	cmd *exec.Cmd
	// err is how it ended, once ended is closed.
	err   error
	ended chan struct{}
}

// startMaster starts NGINX in a process group of its own: signals of a
// terminal reach this program only, and what the master leaves can be ended.
func startMaster(binary, runDir string, stdout *os.File, stderr io.Writer) (*master, error) {
	// Without a context: it ends by signals that let requests finish.
	cmd := exec.Command(binary, "-e", "stderr", "-p", runDir, "-c", filepath.Join(runDir, liveConf)) //nolint:noctx
	if stdout != nil {
		cmd.Stdout = stdout
	}
	log := &errorLog{out: stderr}
	cmd.Stderr = log
	cmd.SysProcAttr = attributes()
	cmd.WaitDelay = orphanDelay
	m := &master{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		// The kernel ends NGINX with the thread that started it; the thread
		// is therefore kept until NGINX has ended (golang.org/issue/27505).
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		m.err = cmd.Wait()
		// Workers whose master died would serve on with nobody to stop them.
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			m.err = errors.Join(m.err, fmt.Errorf("ending NGINX's workers: %w", err))
		}
		log.flush()
		close(m.ended)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting NGINX: %w", err)
	}
	return m, nil
}

func (m *master) signal(signal syscall.Signal) error {
	if err := m.cmd.Process.Signal(signal); err != nil {
		return fmt.Errorf("sending %v to NGINX: %w", signal, err)
	}
	return nil
}

// end stops NGINX: gracefully (SIGQUIT) until the context ends, then fast
// (SIGTERM), at last by force.
func (m *master) end(ctx context.Context) error {
	for _, step := range []struct {
		signal syscall.Signal
		wait   func() (context.Context, context.CancelFunc)
	}{
		{syscall.SIGQUIT, func() (context.Context, context.CancelFunc) { return context.WithCancel(ctx) }},
		{syscall.SIGTERM, func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.WithoutCancel(ctx), fastStopTimeout)
		}},
	} {
		if err := m.signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		wait, cancel := step.wait()
		select {
		case <-m.ended:
			cancel()
			return nil
		case <-wait.Done():
			cancel()
		}
	}
	if err := m.signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-m.ended
	return errors.New("NGINX did not stop and was killed")
}
