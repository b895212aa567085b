package provisioning_test

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
	"github.com/onsi/gomega/gexec"

	"assay.dev/assay/infra/ocisim"
)

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

var _ = Describe("an interrupted OCI run", Ordered, Label("oci"), func() {
	var binary string
	BeforeAll(func() {
		var err error
		binary, err = gexec.Build("assay.dev/assay/infra/cmd/assay-infra", "-buildvcs=false")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(gexec.CleanupBuildArtifacts)
	})

	// The points are as random as the suite's seed, which Ginkgo prints.
	random := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 6))
	for range interrupts() {
		point := 1 + random.IntN(applyCalls)
		It(fmt.Sprintf("leaves nothing after one down when up is stopped at call %d", point), func(ctx SpecContext) {
			c := newCloud(ocisim.Options{})
			dir := filepath.Join(GinkgoT().TempDir(), "run")
			c.interrupt(ctx, point, binary, "up", "--keep", "--run", c.run, "--dir", dir, "--module", module())
			Expect(c.command(ctx, binary, "down", "--run", c.run, "--dir", dir, "--module", module()).Run()).To(Succeed())
			Expect(c.sim.Resources()).To(BeEmpty())
		}, NodeTimeout(timeouts.Terraform.Duration))

		later := 1 + random.IntN(destroyCalls)
		It(fmt.Sprintf("leaves nothing after one more down when down is stopped at call %d", later), func(ctx SpecContext) {
			c := newCloud(ocisim.Options{})
			dir := filepath.Join(GinkgoT().TempDir(), "run")
			Expect(c.command(ctx, binary, "up", "--run", c.run, "--dir", dir, "--module", module()).Run()).To(Succeed())
			c.interrupt(ctx, later, binary, "down", "--run", c.run, "--dir", dir, "--module", module())
			Expect(c.command(ctx, binary, "down", "--run", c.run, "--dir", dir, "--module", module()).Run()).To(Succeed())
			Expect(c.sim.Resources()).To(BeEmpty())
		}, NodeTimeout(timeouts.Terraform.Duration))
	}

	It("takes everything down by itself when up is stopped", func(ctx SpecContext) {
		c := newCloud(ocisim.Options{})
		c.interrupt(ctx, applyCalls/2, binary, "up", "--run", c.run, "--dir", filepath.Join(GinkgoT().TempDir(), "run"), "--module", module())
		Expect(c.sim.Resources()).To(BeEmpty())
	}, NodeTimeout(timeouts.Terraform.Duration))
})

func interrupts() int {
	if count, err := strconv.Atoi(os.Getenv(interruptsEnv)); err == nil {
		return count
	}
	return defaultInterrupts
}

// command runs the binary against the emulator.
func (c *cloud) command(ctx context.Context, binary string, args ...string) *exec.Cmd {
	GinkgoHelper()
	installed, err := provider()
	Expect(err).NotTo(HaveOccurred())
	command := exec.CommandContext(ctx, binary, args...)
	command.Env = append(os.Environ(), "ASSAY_TF_PROVIDER="+string(installed.Source))
	for name, value := range c.env {
		command.Env = append(command.Env, name+"="+value)
	}
	command.Stdout, command.Stderr = GinkgoWriter, GinkgoWriter
	return command
}

// interrupt sends SIGINT, as Ctrl-C does, when the command has made that many calls.
func (c *cloud) interrupt(ctx context.Context, calls int, binary string, args ...string) {
	GinkgoHelper()
	command := c.command(ctx, binary, args...)
	reached := c.sim.AfterCalls(calls)
	Expect(command.Start()).To(Succeed())
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case <-reached:
		Expect(command.Process.Signal(syscall.SIGINT)).To(Succeed())
	case err := <-ended:
		Fail(fmt.Sprintf("%s ended before its call %d: %v", args[0], calls, err))
	}
	Expect(<-ended).To(HaveOccurred(), "%s was not interrupted by the signal", args[0])
}
