package expect

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"assay.dev/assay/harness/runs/run"
)

// roleEnv lets the test binary play a part in a test.
const roleEnv = "ASSAY_TEST_ROLE"

// A suite whose holder is killed ends, with the command that runs it: whoever has the
// platform next must not find them at work.
func TestSafetyASuiteEndsWithItsHolder(t *testing.T) {
	program := []string{"-test.run=^" + t.Name() + "$"}
	switch os.Getenv(roleEnv) {
	case "suite":
		fmt.Printf("suite %d of %s\n", os.Getpid(), os.Getenv(run.HolderEnv))
		if err := endWithHolder(); err != nil {
			t.Fatal(err)
		}
		select {}
	case "ginkgo", "starter": // the command that a starter runs leads the suite's group
		next := map[string]string{"starter": "ginkgo", "ginkgo": "suite"}[os.Getenv(roleEnv)]
		child := exec.CommandContext(t.Context(), os.Args[0], program...)
		child.Env = append(os.Environ(), roleEnv+"="+next)
		if next == "ginkgo" {
			child.Env = append(child.Env, run.HolderEnv+"="+strconv.Itoa(os.Getpid()))
			child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		}
		child.Stdout = os.Stdout // which the test reads
		_ = child.Run()
		return
	}
	starter := exec.CommandContext(t.Context(), os.Args[0], program...)
	starter.Env = append(os.Environ(), roleEnv+"=starter")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	starter.Stdout = write
	if err := starter.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	out := bufio.NewReader(read)
	var suite, parent int
	for suite == 0 {
		line, err := out.ReadString('\n')
		if err != nil {
			t.Fatalf("the suite did not start: %v", err)
		}
		if strings.HasPrefix(line, "suite ") {
			_, _ = fmt.Sscanf(line, "suite %d of %d", &suite, &parent)
		}
	}
	if parent != starter.Process.Pid {
		t.Fatalf("the suite's parent is %d, want %d", parent, starter.Process.Pid)
	}
	ended := false
	t.Cleanup(func() {
		if !ended {
			_ = syscall.Kill(suite, syscall.SIGKILL)
		}
	})
	if err := starter.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = starter.Wait()
	// The pipe ends with the last processes that hold it: the suite, and Ginkgo's command.
	if _, err := io.Copy(io.Discard, out); err != nil {
		t.Fatal(err)
	}
	ended = true
}

// The holder ended before the suite looked for it.
func TestSafetyASuiteWithoutItsHolderEnds(t *testing.T) {
	if os.Getenv(roleEnv) == "suite" {
		if err := endWithHolder(); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	ended := exec.CommandContext(t.Context(), "true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	suite := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	suite.Env = append(os.Environ(), roleEnv+"=suite", run.HolderEnv+"="+strconv.Itoa(ended.Process.Pid))
	suite.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := suite.Run(); err == nil {
		t.Error("it went on")
	}
}
