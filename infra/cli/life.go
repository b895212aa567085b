package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"assay.dev/assay/infra/stack"
	"assay.dev/assay/spec/source"
)

// Environment of the checks that ask the cloud's API; see harness/runner/session.
const (
	runEnv = "ASSAY_OCI_RUN"
	dirEnv = "ASSAY_OCI_DIR"
)

// interruptible returns a context that a further signal ends. The handler stays
// until the context ends, which at the latest is its parent's deadline.
func interruptible(parent context.Context) context.Context {
	ctx, stop := signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx
}

func (s *steps) up(ctx context.Context) error {
	if s.target == sim {
		if err := s.emulate(ctx); err != nil {
			return err
		}
	}
	if err := s.do.make(ctx); err != nil || !s.adopting {
		return err
	}
	return s.do.adopt(ctx)
}

// emulate makes the emulated OCI in front of a kind cluster, unless it is there.
func (s *steps) emulate(ctx context.Context) error {
	if running, err := (emulator{}).runs(); err != nil || running {
		return err
	}
	if err := s.forget(ctx); err != nil {
		return err
	}
	if err := s.assay(ctx, "up"); err != nil {
		return err
	}
	if err := (emulator{}).start(ctx, s.behind); err != nil {
		return err
	}
	return s.enter()
}

// forget removes what an emulator that ended has left: what was emulated ended with
// it, rights in the cluster behind did not.
func (s *steps) forget(ctx context.Context) error {
	if err := s.do.giveUp(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(simDir); err != nil {
		return fmt.Errorf("remove what an emulator left: %w", err)
	}
	return nil
}

// adopted names the cluster that the run may act on and, on the emulated OCI, the
// private registry that its nodes pull from; on OCI, the user names one.
func (s *steps) adopted() error {
	pinned, err := s.pinned()
	if err != nil {
		return err
	}
	if pinned == "" {
		return fmt.Errorf("%s has no run that adopted a cluster: take the step up first", s.dir)
	}
	kubeconfig, err := filepath.Abs(filepath.Join(s.dir, adoptedKubeconfig))
	if err != nil {
		return fmt.Errorf("name the kubeconfig: %w", err)
	}
	if err := setenv(map[string]string{KubeconfigEnv: kubeconfig, UIDEnv: string(pinned)}); err != nil || s.target != sim {
		return err
	}
	registry, err := readEnv(filepath.Join(s.behind, "registry.env"))
	if err != nil {
		return err
	}
	return setenv(registry)
}

// ask names the run to the checks that ask the cloud's API about it.
func (s *steps) ask() error {
	saved, err := stack.Saved(s.dir)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(s.dir)
	if err != nil {
		return fmt.Errorf("name the run's directory: %w", err)
	}
	return setenv(map[string]string{runEnv: saved.Name, dirEnv: dir})
}

// recording runs another command while the load balancers and volumes that the cluster
// makes are recorded as they appear. It fails when the command or the recording does.
func (s *steps) recording(ctx context.Context, args ...string) error {
	// What an interrupted command makes is recorded, too.
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	recorded := make(chan error, 1)
	go func() { recorded <- s.do.follow(following) }()
	err := s.assay(ctx, args...)
	stop()
	if failed := <-recorded; failed != nil {
		return errors.Join(err, fmt.Errorf("record what the cluster makes in the cloud: %w", failed))
	}
	return err
}

func (s *steps) deploy(ctx context.Context) error {
	if err := s.adopted(); err != nil {
		return err
	}
	return s.recording(ctx, "deploy")
}

func (s *steps) judge(ctx context.Context) error {
	if err := errors.Join(s.adopted(), s.ask()); err != nil {
		return err
	}
	if s.set == full {
		return s.recording(ctx, "test")
	}
	return s.recording(ctx, "test", "provisioning", "quotas", "--labels", "!disruptive")
}

func (s *steps) attributes(ctx context.Context) error {
	if _, err := source.Open(""); err != nil {
		return err
	}
	if err := s.ask(); err != nil {
		return err
	}
	labels := "oci && oke"
	if s.target == sim {
		labels += " && oci-sim" // what an emulator can answer
	}
	command := exec.CommandContext(ctx, "go", "test", "-buildvcs=false", "-count=1", "-timeout=20m", "./suites/provisioning/oci", "-run", "TestOCI",
		"-ginkgo.label-filter="+labels, "-ginkgo.fail-on-empty", "-ginkgo.no-color", "-v")
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	if err := command.Run(); err != nil {
		return fmt.Errorf("ask the cloud: %w", err)
	}
	return nil
}

func (s *steps) down(ctx context.Context) error {
	if s.target != sim {
		return s.do.destroy(ctx)
	}
	running, err := (emulator{}).runs()
	if err != nil {
		return err
	}
	if !running {
		if err := s.forget(ctx); err != nil {
			return err
		}
		return s.assay(ctx, "down")
	}
	// What the next try needs stays until one succeeds.
	if err := s.do.destroy(ctx); err != nil {
		return err
	}
	stopped := (emulator{}).stop(ctx)
	return errors.Join(stopped, os.RemoveAll(simDir), s.assay(ctx, "down"))
}

// e2e takes all steps; whatever happens, what was made goes.
func (s *steps) e2e(ctx context.Context) error {
	s.leaveState = true // what follows deletes
	// The Ctrl-C that ends this run ends the reader of its output, too.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	err := s.up(ctx)
	for _, step := range []func(context.Context) error{s.deploy, s.judge} {
		if err == nil {
			err = step(ctx)
		}
	}
	return errors.Join(err, s.leave(ctx))
}

// leave looks for secrets and takes everything down, also after a signal. A further one
// leaves the rest to the step down.
func (s *steps) leave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer cancel()
	ctx = interruptible(ctx)
	var scanned error
	if pinned, err := s.pinned(); err != nil || pinned != "" {
		scanned = errors.Join(err, s.do.scan(ctx))
	}
	return errors.Join(scanned, s.down(ctx))
}
