// Package checkout tests the commands that a checkout offers: what each runs and what it
// does not, and how CI measures them. Its folder clone tests a fresh clone, which takes
// longer.
package checkout

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the checkout.
var root = filepath.Join("..", "..", "..")

// recipe returns the commands that make would run for a target.
func recipe(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "make", append([]string{"--dry-run", "--no-print-directory", "-C", root}, args...)...)
	// Flags of a make that runs this test are not for that one.
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "MAKE") && !strings.HasPrefix(entry, "MFLAGS=") {
			command.Env = append(command.Env, entry)
		}
	}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("make -n %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestOnlyTestOCICompilesTerraform holds what a newcomer's first commands do not wait for.
func TestOnlyTestOCICompilesTerraform(t *testing.T) {
	const tools, tagged, suite = "assay cloud tools", "-tags=terraform", "./suites/provisioning/oci"
	for _, target := range [][]string{{"test"}, {"up"}, {"e2e-kind"}, {"e2e-kind", "QUICK=1"}, {"mutate", "ONLY=kafka.*"}} {
		got := recipe(t, target...)
		for _, word := range []string{tools, tagged, suite + " "} {
			if strings.Contains(got, word) {
				t.Errorf("make %q runs %q:\n%s", target, word, got)
			}
		}
	}
	got := recipe(t, "test-oci")
	for _, word := range []string{tools, tagged, suite} {
		if !strings.Contains(got, word) {
			t.Errorf("make test-oci lacks %q:\n%s", word, got)
		}
	}
}

// TestTerraformTestsAreTagged holds that no package which `make test` runs applies
// Terraform: what finds or builds it is called behind the build tag alone.
func TestTerraformTestsAreTagged(t *testing.T) {
	walk := func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := string(content)
		ours := strings.HasPrefix(path, filepath.Join(root, "suites", "provisioning", "oci")) || strings.HasPrefix(text, "//go:build terraform\n") ||
			strings.HasPrefix(path, filepath.Join(root, "infra", "tfprovider")) || strings.HasPrefix(path, filepath.Join(root, "infra", "tfbinary"))
		for _, call := range []string{"tfprovider." + "Ensure(", "tfbinary." + "Find(", `LookPath("` + `terraform")`, "terratest/modules/" + "terraform"} {
			if strings.Contains(text, call) && !ours {
				t.Errorf("%s has %s: put it behind the build tag terraform, for make test-oci", path, call)
			}
		}
		return nil
	}
	for _, dir := range folders(t) {
		if err := filepath.WalkDir(filepath.Join(root, dir), walk); err != nil {
			t.Fatal(err)
		}
	}
}

// folders are those of the checkout that hold something of git's. What is built lies
// beside them, and changes all the time.
func folders(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-tree", "-d", "--name-only", "HEAD").Output()
	if err != nil {
		t.Skip("this is no git checkout: ", err)
	}
	return strings.Fields(string(out))
}

// TestEverythingRunsSomewhere holds that CI runs both kinds of tests and README names them.
func TestEverythingRunsSomewhere(t *testing.T) {
	for file, words := range map[string][]string{
		filepath.Join(root, "README.md"):                                {"make test ", "make test-oci", "QUICK=1"},
		filepath.Join(root, ".ci", "README.md"):                         ciSteps,
		filepath.Join(root, ".github", "workflows", "pull-request.yml"): {"make vet\n", "make lint\n", "make test\n", "make test-oci\n"},
	} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
		}
		for _, word := range words {
			if !strings.Contains(string(content), word) {
				t.Errorf("%s lacks %q", file, word)
			}
		}
	}
}

// ciSteps are what CI runs, in this order.
var ciSteps = []string{"make build", "make vet", "make lint", "make test", "make test-oci", "make e2e-kind", "make test-report", "make test-adopted", "make test-platform", "make down"}

// ci runs .ci/run with a make that ends with a code for one target, and returns what it
// printed, what it ran, and its own code.
func ci(t *testing.T, target string, code int) (out string, ran []string, ended int) {
	t.Helper()
	bin, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	script := fmt.Sprintf("#!/bin/sh\necho \"make $1\" >> %s\n[ \"$1\" != %q ] || exit %d\n", log, target, code)
	if err := os.WriteFile(filepath.Join(bin, "make"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "bash", filepath.Join(root, ".ci", "run"))
	command.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	printed, err := command.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	calls, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	return string(printed), strings.Split(strings.TrimSpace(string(calls)), "\n"), command.ProcessState.ExitCode()
}

// TestCIMeasuresItsSteps wants a row for each step that ran, and the platform taken down
// whatever happens.
func TestCIMeasuresItsSteps(t *testing.T) {
	out, ran, code := ci(t, "none", 0)
	if code != 0 || !slices.Equal(ran, ciSteps) {
		t.Errorf("it ended with %d after %q:\n%s", code, ran, out)
	}
	for _, row := range append([]string{"| step | minutes | code |", "| all | 0:0", "load average"}, ciSteps...) {
		if !strings.Contains(out, row) {
			t.Errorf("%q is not in\n%s", row, out)
		}
	}
	for _, want := range []int{1, 2, 3, 4} {
		out, ran, code := ci(t, "e2e-kind", want)
		if code != want || ran[len(ran)-1] != "make down" || slices.Contains(ran, "make test-platform") {
			t.Errorf("code %d of e2e-kind became %d after %q", want, code, ran)
		}
		if !strings.Contains(out, fmt.Sprintf("| make e2e-kind | 0:00 | %d |", want)) {
			t.Errorf("the table does not say how e2e-kind ended:\n%s", out)
		}
	}
	if _, _, code := ci(t, "down", 1); code != 1 {
		t.Errorf("a platform that could not be taken down ended with %d", code)
	}
}

// TestTestSaysWhatItSkipped holds that the tests run under what counts skipped ones, on
// every package but those that judge something live.
func TestTestSaysWhatItSkipped(t *testing.T) {
	got := recipe(t, "test")
	if !strings.Contains(got, "bin/gotestsum") || strings.Contains(got, "--hide-summary") {
		t.Errorf("nobody counts what is skipped:\n%s", got)
	}
	if !strings.Contains(got, "-vet=off") {
		t.Errorf("each compiled test is vetted:\n%s", got)
	}
}
