package expect

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// roleEnv lets the test binary play a part in a test.
const roleEnv = "ASSAY_TEST_ROLE"

// A suite whose starter is killed ends: the starter holds the platform, and whoever
// has it next must not find the suite at work.
func TestSafetyASuiteEndsWithItsStarter(t *testing.T) {
	program := []string{"-test.run=^" + t.Name() + "$"}
	switch os.Getenv(roleEnv) {
	case "suite":
		endWithParent()
		fmt.Printf("suite %d of %d\n", os.Getpid(), os.Getppid())
		select {}
	case "starter":
		suite := exec.CommandContext(t.Context(), os.Args[0], program...)
		suite.Env = append(os.Environ(), roleEnv+"=suite")
		suite.Stdout = os.Stdout // which the test reads
		suite.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		_ = suite.Run()
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
	// The pipe ends with the last process that holds it: the suite.
	if _, err := io.Copy(io.Discard, out); err != nil {
		t.Fatal(err)
	}
	ended = true
}
