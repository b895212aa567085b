package terratest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// start runs this program as the runner of a terraform that is a shell script.
func start(t *testing.T, script string, args ...string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "terraform")
	if err := os.WriteFile(binary, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self, append(args[:1:1], append([]string{binary}, args[1:]...)...)...)
	command.Dir, command.Env = dir, []string{"PATH=", Env + "=" + os.Getenv("PATH")}
	return command
}

// TestTerraformSavesItsStateWhenNobodyReads: the run that started it was killed. What it
// prints is more than a pipe holds.
func TestTerraformSavesItsStateWhenNobodyReads(t *testing.T) {
	command := start(t, "echo first; read -r line < go; i=0; while [ $i -lt 20000 ]; do echo \"line $i\"; i=$((i+1)); done; echo saved > state", "init", "")
	fifo := filepath.Join(command.Dir, "go")
	if out, err := exec.CommandContext(t.Context(), "mkfifo", fifo).CombinedOutput(); err != nil {
		t.Fatalf("mkfifo: %v, %s", err, out)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "first\n" {
		t.Errorf("the first line is %q, %v", line, err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(fifo, []byte("go\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	if _, err := os.Stat(filepath.Join(command.Dir, "state")); err != nil {
		t.Error("terraform was ended before it saved its state")
	}
}

// TestTheExitCodeIsTerraforms, and its words are on the standard error.
func TestTheExitCodeIsTerraforms(t *testing.T) {
	for _, operation := range []string{"init", "show", "output"} {
		command := start(t, "echo 'Error: no such region' >&2; exit 3", operation, "x")
		out, err := command.CombinedOutput()
		if command.ProcessState.ExitCode() != 3 || !strings.Contains(string(out), "Error: no such region") {
			t.Errorf("%s: %v, %s", operation, err, out)
		}
	}
	for _, args := range [][]string{{"import", "x"}, {"init"}} {
		if out, err := start(t, "exit 0", args...).CombinedOutput(); err == nil {
			t.Errorf("%q: %s", args, out)
		}
	}
}
