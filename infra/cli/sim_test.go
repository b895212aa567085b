package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"

	"assay.dev/assay/infra/internal/simtest"
)

// emulatorLog is where the emulator of these tests writes what it was called with.
const emulatorLog = "ASSAY_TEST_EMULATOR_LOG"

// TestMain lets this program be the emulator that a step starts: the real one, without a
// cluster behind it.
func TestMain(m *testing.M) {
	if os.Getenv(brokenPipe) != "" {
		leaveWithoutReader()
		os.Exit(0)
	}
	if len(os.Args) < 3 || os.Args[1] != "cloud" || os.Args[2] != "emulator" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := os.WriteFile(os.Getenv(emulatorLog), []byte(strings.Join(os.Args[1:], " ")), 0o600)
	if err == nil && os.Getenv("ASSAY_TEST_EMULATOR_FAILS") != "" {
		err = fmt.Errorf("no port is free")
	}
	if err == nil {
		root := &cobra.Command{Use: "assay"}
		root.AddCommand(Command(nil))
		root.SetArgs(os.Args[1:slices.Index(os.Args, "--kubeconfig")])
		err = root.ExecuteContext(ctx)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// newSim is a fake cloud whose emulator ends with the test.
func newSim(t *testing.T) (f *fakeCloud, log string) {
	t.Helper()
	f = newFakeCloud(t)
	log = filepath.Join(t.TempDir(), "emulator")
	t.Setenv(emulatorLog, log)
	t.Cleanup(func() {
		if _, err := os.Stat(filepath.Join(emulatorDir, lockName)); err == nil {
			_ = syscall.Kill(emulatorPID(t), syscall.SIGKILL)
		}
	})
	return f, log
}

// emulatorPID is the process that a step started. It is never that of a group.
func emulatorPID(t *testing.T) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(emulatorDir, lockName))
	pid, _ := strconv.Atoi(string(content))
	if err != nil || pid <= 1 {
		t.Fatalf("there is no emulator: %q, %v", content, err)
	}
	return pid
}

var (
	simulated = options{target: sim}
	simUp     = func(s *steps) error { return s.up(context.Background()) }
	simDown   = func(s *steps) error { return s.down(context.Background()) }
)

// TestTheSimulatedOKETakesTheStepsOfOKE: the cluster behind the emulator is made with
// nodes like OKE's and nothing deployed, and ends with the run, after what it holds in
// the cloud.
func TestTheSimulatedOKETakesTheStepsOfOKE(t *testing.T) {
	f, log := newSim(t)
	if err := f.step(t, simulated, simUp); err != nil {
		t.Fatal(err)
	}
	pid := emulatorPID(t)
	group, err := syscall.Getpgid(pid)
	if err != nil || group == syscall.Getpgrp() {
		t.Errorf("the emulator's process group is %d (%v): Ctrl-C at the terminal ends it first", group, err)
	}
	if err := f.step(t, simulated, simUp); err != nil { // it goes on with what is there
		t.Fatal(err)
	}
	if again := emulatorPID(t); again != pid {
		t.Errorf("the second up started the emulator %d beside %d", again, pid)
	}
	for _, take := range []func(*steps) error{func(s *steps) error { return s.deploy(t.Context()) }, simDown} {
		if err := f.step(t, simulated, take); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"give up", "assay up", "make", "adopt", "make", "adopt", "follow", "assay deploy", "followed", "destroy", "assay down"}
	if !slices.Equal(f.names(), want) {
		t.Errorf("called %q, want %q", f.names(), want)
	}
	args, err := os.ReadFile(log)
	if want := "--kubeconfig artifacts/platform-assay-sim/kubeconfig --balance u-1"; err != nil || !strings.HasSuffix(string(args), want) {
		t.Errorf("the emulator was called with %q (%v), want %q", args, err, want)
	}
	for _, want := range []string{
		"make with http://127.0.0.1:", "destroy with http://127.0.0.1:", `assay up by "" and "", platform assay-sim with nodes oke, registry ""`,
		`platform assay-sim with nodes oke, registry "localhost:1/assay"`,
	} {
		if !f.has(want) {
			t.Errorf("nothing was called as %q:\n%q", want, f.calls)
		}
	}
	if left, err := (emulator{}).left(t.Context()); err == nil {
		t.Errorf("the emulator still answers %q", left)
	}
	if _, err := os.Stat(simDir); err == nil {
		t.Errorf("%s is left", simDir)
	}
}

// TestSafetyTheSimulatedOKEIsNoPlatformOfTheUser: it is removed at the end.
func TestSafetyTheSimulatedOKEIsNoPlatformOfTheUser(t *testing.T) {
	f, _ := newSim(t)
	f.platform = "mine"
	t.Setenv(nodesEnv, "kind")
	for _, take := range []func(*steps) error{simUp, simDown} {
		if err := f.step(t, simulated, take); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range []string{"up", "down"} {
		if !f.has("assay " + command + ` by "" and "", platform mine-sim with nodes oke`) {
			t.Errorf("called %q", f.calls)
		}
	}
}

func TestWhatIsLeftInTheSimulatedOKEIsReported(t *testing.T) {
	f, _ := newSim(t)
	if err := f.step(t, simulated, simUp); err != nil {
		t.Fatal(err)
	}
	simtest.Connect(t, os.Getenv(EndpointEnv)).Create(t, "/20160918/vcns", map[string]any{"displayName": "left-vcn", "cidrBlock": "10.0.0.0/16"})
	if err := f.step(t, simulated, simDown); err == nil || !strings.Contains(err.Error(), "left-vcn") {
		t.Errorf("a VCN is left, and down ends with %v", err)
	}
	if !f.has("assay down") {
		t.Errorf("the cluster behind stays: %q", f.calls)
	}
}

// TestAnEmulatorThatEndedLeavesNothing: what was emulated ended with it, the cluster
// behind did not.
func TestAnEmulatorThatEndedLeavesNothing(t *testing.T) {
	f, _ := newSim(t)
	if err := f.step(t, simulated, simUp); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(emulatorPID(t), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := (emulator{}).ended(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.calls = nil
	if err := f.step(t, simulated, simDown); err != nil {
		t.Fatal(err)
	}
	if want := []string{"give up", "assay down"}; !slices.Equal(f.names(), want) {
		t.Errorf("called %q, want %q", f.names(), want)
	}
	if _, err := os.Stat(simDir); err == nil {
		t.Errorf("%s is left", simDir)
	}
}

func TestAnEmulatorThatDoesNotStartIsReported(t *testing.T) {
	f, _ := newSim(t)
	t.Setenv("ASSAY_TEST_EMULATOR_FAILS", "yes")
	if err := f.step(t, simulated, simUp); err == nil || !strings.Contains(err.Error(), "no port is free") {
		t.Errorf("up ended with %v", err)
	}
	if f.has("make with") {
		t.Errorf("without an emulator something was made: %q", f.calls)
	}
}
