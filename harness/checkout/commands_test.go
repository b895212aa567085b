package checkout

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// root is the checkout.
var root = filepath.Join("..", "..")

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
	const tools, tagged, suite = "assay-infra tools", "-tags=terraform", "./suites/provisioning/oci"
	for _, target := range [][]string{{"test"}, {"up"}, {"e2e-kind"}, {"e2e-kind", "QUICK=1"}, {"mutate", "ONLY=KFK-*"}} {
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
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
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
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEverythingRunsSomewhere holds that CI runs both kinds of tests and README names them.
func TestEverythingRunsSomewhere(t *testing.T) {
	for file, words := range map[string][]string{
		filepath.Join(root, ".ci", "run"):                                {"make test", "make test-oci", "make vet", "make e2e-kind", "make test-platform"},
		filepath.Join(root, "README.md"):                                 {"make test", "make test-oci", "QUICK=1"},
		filepath.Join(root, ".github", "workflows", "pull-request.yaml"): {"make test\n", "make test-oci"},
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
