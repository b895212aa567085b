// Package clone tests what a user gets who clones the repository: it builds and
// works under what other projects and systems leave in the environment.
package clone

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// root is the checkout.
var root = filepath.Join("..", "..", "..", "..")

// clone clones the last commit into a directory with a space and an umlaut. It reads what
// decides how a clone looks and builds: the go command repeats a test when a file has
// changed that the test itself has opened, and git and make are other processes.
func clone(t *testing.T, options ...string) string {
	t.Helper()
	for _, file := range []string{"Makefile", "infra/oci.mk", "go.mod", ".gitattributes"} {
		if _, err := os.ReadFile(filepath.Join(root, file)); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "my work", "assäy")
	run(t, "", nil, append(append([]string{"git", "clone", "--quiet"}, options...), root, dir)...)
	return dir
}

func run(t *testing.T, dir string, env []string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), args[0], args[1:]...)
	command.Dir, command.Env = dir, append(os.Environ(), env...)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%q: %v\n%s", args, err, out)
	}
}

func TestBuildIgnoresTheSettingsOfOtherProjects(t *testing.T) {
	dir := clone(t)
	top := filepath.Dir(dir)
	if err := os.WriteFile(filepath.Join(top, "go.work"), []byte("go 1.26\n\nuse ./other\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, dir, []string{"GOFLAGS=-mod=vendor", "GOOS=plan9", "GOARCH=386", "GOWORK="}, "make", "build")
	run(t, dir, nil, filepath.Join(dir, "bin", "assay"), "--help")
}

func TestCheckoutHasLineFeedsOnly(t *testing.T) {
	dir := clone(t, "--config", "core.autocrlf=true")
	for _, file := range []string{"go.mod", "spec/todo/SPEC.md", "hermetic/node/customize", "Makefile"} {
		content, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte("\r\n")) {
			t.Errorf("%s has carriage returns in a clone with core.autocrlf", file)
		}
	}
}
