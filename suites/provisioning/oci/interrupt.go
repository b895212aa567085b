package oci

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"golang.org/x/sync/errgroup"

	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/tfprovider"
)

// commandEnv makes this binary be `assay cloud`, for specs that need it
// as a process of its own.
const commandEnv = "ASSAY_TEST_AS_COMMAND"

// interruptsEnv sets how many random points are interrupted; `make test` takes
// the default, the nightly run ten.
const interruptsEnv = "ASSAY_OCI_INTERRUPTS"

const defaultInterrupts = 1

// Calls that a whole up and a whole down make at least (35 and 83 were counted). A
// point beyond the end would interrupt nothing.
const (
	applyCalls   = 33
	destroyCalls = 60
)

// interruptedRuns stops up and down at random calls. The points are as random as
// the suite's seed, which Ginkgo prints.
func interruptedRuns(ctx context.Context) *background {
	GinkgoHelper()
	random := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 6))
	var points []func() error
	for range interruptCount() {
		atUp, atDown := 1+random.IntN(applyCalls), 1+random.IntN(destroyCalls)
		up, down := newInterrupted(), newInterrupted()
		points = append(points,
			func() error { return up.stopUp(ctx, atUp) },
			func() error { return down.stopDown(ctx, atDown) })
	}
	alone := newInterrupted()
	points = append(points, func() error { return alone.stopUpAlone(ctx, applyCalls/2) })
	return inBackground(func(g Gomega) {
		// One failure must not cut off the others in the middle of a run.
		var group errgroup.Group
		group.SetLimit(2)
		for _, point := range points {
			group.Go(point)
		}
		g.Expect(group.Wait()).To(Succeed())
	})
}

func interruptCount() int {
	if count, err := strconv.Atoi(os.Getenv(interruptsEnv)); err == nil {
		return count
	}
	return defaultInterrupts
}

// interrupted is a run of the command in a cloud of its own.
type interrupted struct {
	cloud       *cloud
	dir, module string
	source      tfprovider.Source
	log         *gbytes.Buffer
}

func newInterrupted() *interrupted {
	GinkgoHelper()
	installed, err := provider()
	Expect(err).NotTo(HaveOccurred())
	return &interrupted{
		cloud: newCloud(ocisim.Options{}), dir: filepath.Join(GinkgoT().TempDir(), "run"),
		module: module(), source: installed.Source, log: gbytes.NewBuffer(),
	}
}

// stopUp stops up at a call and takes down what it left.
func (i *interrupted) stopUp(ctx context.Context, call int) error {
	if err := i.stop(ctx, call, "up", "--keep"); err != nil {
		return err
	}
	return i.emptied(i.command(ctx, "down").Run(), "up", call)
}

// stopDown stops down at a call and calls it again.
func (i *interrupted) stopDown(ctx context.Context, call int) error {
	if err := i.command(ctx, "up").Run(); err != nil {
		return fmt.Errorf("up: %w\n%s", err, i.log.Contents())
	}
	if err := i.stop(ctx, call, "down"); err != nil {
		return err
	}
	return i.emptied(i.command(ctx, "down").Run(), "down", call)
}

// stopUpAlone stops up at a call and leaves the rest to itself.
func (i *interrupted) stopUpAlone(ctx context.Context, call int) error {
	return i.emptied(i.stop(ctx, call, "up"), "up alone", call)
}

// emptied reports what is left, or why the last command failed.
func (i *interrupted) emptied(err error, what string, call int) error {
	if err != nil {
		return fmt.Errorf("after %s was stopped at call %d: %w\n%s", what, call, err, i.log.Contents())
	}
	if left := i.cloud.sim.Resources(); len(left) > 0 {
		return fmt.Errorf("after %s was stopped at call %d these are left: %v\n%s", what, call, left, i.log.Contents())
	}
	return nil
}

// command runs `assay cloud`, which this binary can be, against the emulator.
func (i *interrupted) command(ctx context.Context, args ...string) *exec.Cmd {
	if args[0] == "up" {
		args = append(args, "--allow-cost", "--adopt=false") // it costs nothing, and no cluster is behind it
	}
	args = append(args, "--run", i.cloud.run, "--dir", i.dir, "--module", i.module)
	command := exec.CommandContext(ctx, os.Args[0], args...)
	command.Env = append(os.Environ(), commandEnv+"=1", "ASSAY_TF_PROVIDER="+string(i.source))
	for name, value := range i.cloud.env {
		command.Env = append(command.Env, name+"="+value)
	}
	command.Stdout, command.Stderr = i.log, i.log
	return command
}

// stop sends SIGINT, as Ctrl-C does, when the command has made that many calls.
func (i *interrupted) stop(ctx context.Context, call int, args ...string) error {
	command := i.command(ctx, args...)
	reached := i.cloud.sim.AfterCalls(call)
	if err := command.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case <-reached:
	case err := <-ended:
		return fmt.Errorf("%s ended before its call %d: %w\n%s", args[0], call, err, i.log.Contents())
	}
	if err := command.Process.Signal(syscall.SIGINT); err != nil {
		return fmt.Errorf("interrupt %s: %w", args[0], err)
	}
	if err := <-ended; err == nil {
		return fmt.Errorf("%s was not interrupted by the signal at call %d\n%s", args[0], call, i.log.Contents())
	}
	return nil
}
